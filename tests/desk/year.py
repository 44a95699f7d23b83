"""A year of a foundation's desk in a minute: citizens at all hours, staff who come, go and forget."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from core.clock import SEOUL, FixedClock
from core.database import Database
from core.errors import Conflict
from core.privacy import Vault
from desk import cards, consent, debts, directory, overrides, people, slots, states, steps, tickets, watch
from desk.calendar import STANDARD, Calendar, promise_end
from desk.models import Department, Staff, Ticket
from desk.routing import Route
from desk.seeding import seed

SAMPLE: Final = Path(__file__).parents[2] / "desk/sample/directory.yml"
FIRST, LAST, HORIZON = date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 15)
KINDS: Final = ("inquiry", "complaint", "praise", "suggestion", "claim", "reservation", "callback")
HOUR: Final = timedelta(hours=1)
_BUSY: Final = (0, 9, 10, 13, 15, 17)
LOST_FROM: Final = 0.994
"""This share of all matters is taken up, if only after their date; what is beyond is forgotten."""
OVERRIDES: Final = {
    date(2026, 6, 4): (date(2026, 5, 20), False, "임시 휴무"),
    date(2026, 9, 12): (date(2026, 9, 1), True, "대체 근무"),
    date(2026, 11, 2): (date(2026, 11, 2), False, "청사 정전"),
}
"""Day -> (decided on, open or closed, why)."""


_OWED: Final = (
    select(Ticket).where(Ticket.state.in_(states.OPEN)).order_by(Ticket.promised_on, Ticket.received_at)
)
_NUMBERED: Final = select(Ticket.id).where(Ticket.number == bindparam("number"))
_ANSWERED: Final = select(Ticket).where(Ticket.state == "answered").order_by(Ticket.received_at)
_ALIVE: Final = (
    select(Ticket)
    .where(Ticket.state.in_(states.OPEN | {"answered"}), Ticket.received_at < bindparam("before"))
    .order_by(Ticket.received_at)
)
_OPEN_STATES: Final = ", ".join(f"'{state}'" for state in sorted(states.OPEN))
# In plain SQL: it is asked thousands of times.
_NOBODY_HAS: Final = text(
    "SELECT count(*) FROM tickets LEFT JOIN staff ON staff.id = tickets.staff_id "
    f"WHERE tickets.state IN ({_OPEN_STATES}) AND "
    "(staff.id IS NULL OR NOT staff.active OR staff.department_id IS NULL)"
)


@dataclass
class Plan:
    """What will become of a ticket, as far as people are concerned."""

    fate: str
    known: frozenset[str]
    """What the citizen said in the form: nobody may ask for it again."""
    transfers: int = 0
    promised_anew: bool = False


@dataclass
class Year:
    """The desk, its clock, and what was seen on the way."""

    database: Database
    vault: Vault
    count: int
    random: Random = field(default_factory=lambda: Random(2026))
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 1, 1, tzinfo=SEOUL)))
    plans: dict[str, Plan] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    calendar: Calendar = field(default_factory=Calendar)
    units: list[str] = field(default_factory=list)
    unowned: int = 0
    reasked: int = 0

    def run(self) -> None:
        """Let the year pass, and two weeks more in which nobody new comes."""
        with self.database.session() as session:
            seed(session, SAMPLE)
            self.units = [unit.id for unit in directory.departments(session)]
        arrivals = self._arrivals()
        hour = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=SEOUL)
        while hour.date() < HORIZON:
            if hour.hour in _BUSY or (arrivals and arrivals[0] < hour + HOUR):
                with self.database.session() as session:
                    self._hour(session, hour, arrivals)
            hour += HOUR

    def _hour(self, session: Session, hour: datetime, arrivals: list[datetime]) -> None:
        if hour.hour == 9:
            self._morning(session, hour)
        if hour.hour in (0, 9):
            self.calendar = overrides.calendar(session)
        calendar = self.calendar
        if hour.hour in (10, 15):
            self._citizens(session, hour + timedelta(minutes=5))
        while arrivals and arrivals[0] < hour + timedelta(minutes=50):
            self._arrives(session, arrivals.pop(0), calendar)
        if hour.hour in (9, 13, 17) and _open(calendar, hour):
            self._work(session, hour + timedelta(minutes=52), calendar)
        if hour.hour == 17:
            self._tidy(session, hour + timedelta(minutes=55), calendar)
        if hour.hour in (0, 15):
            watch.tick(session, self._at(hour + timedelta(minutes=58)))
        self._look(session)

    def _at(self, moment: datetime) -> datetime:
        self.clock.at = moment
        return self.clock.now()

    def _arrivals(self) -> list[datetime]:
        days, weights = (LAST - FIRST).days + 1, [1] * 8 + [6] * 11 + [3] * 5
        return sorted(
            datetime(FIRST.year, 1, 1, hour, tzinfo=SEOUL)
            + timedelta(days=self.random.randrange(days), seconds=self.random.randrange(50 * 60))
            for hour in self.random.choices(range(24), weights, k=self.count)
        )

    # ---- the foundation

    def _morning(self, session: Session, hour: datetime) -> None:
        """Who is ill, on leave, or gone for good; and what the foundation decides about its calendar."""
        now, today = self._at(hour), hour.date()
        everybody = list(
            session.scalars(select(Staff).where(Staff.active.is_(True)).order_by(Staff.username))
        )
        for day, (decided, is_open, why) in OVERRIDES.items():
            if decided == today:
                overrides.put(session, day, is_open, why, everybody[0], now)
        for staff in everybody:
            if not directory.is_here(staff, now) or self.random.random() > 0.06:
                continue
            days = self.random.choice((1, 1, 1, 3, 10))
            people.set_presence(staff, "leave" if days > 3 else "away", now + timedelta(days=days), now)
        if today in (date(2026, 3, 3), date(2026, 8, 18)):
            # A whole department is away on a workshop.
            for staff in directory.staff_of(session, "media-education"):
                people.set_presence(staff, "away", now + timedelta(days=2), now)
        if today == date(2026, 7, 1):
            # Somebody who has work at hand.
            owners = Counter(ticket.staff_id for ticket in session.scalars(_OWED))
            leaving = max((one for one in everybody if one.role == "agent"), key=lambda one: owners[one.id])
            self.seen["handed over"] += len(people.deactivate(session, leaving, people.By(None), now))

    def _work(self, session: Session, moment: datetime, calendar: Calendar) -> None:
        now = self._at(moment)
        for ticket in session.scalars(_OWED).all():
            plan = self.plans[ticket.id]
            if self.random.random() < 0.5 and self._willing(ticket, plan, now):
                with suppress(Conflict):
                    self._step(session, ticket, plan, now, calendar)

    def _willing(self, ticket: Ticket, plan: Plan, now: datetime) -> bool:
        end = promise_end(ticket.promised_on)
        match plan.fate:
            case "lost":
                return False
            case "neglected":
                return now > end + timedelta(days=1)
            case "slow":
                return ticket.extensions > 0 or now > end - timedelta(days=2)
        return True

    def _step(self, session: Session, ticket: Ticket, plan: Plan, now: datetime, calendar: Calendar) -> None:
        staff = ticket.staff
        if not directory.is_here(staff, now):
            self._stand_in(session, ticket, staff, now)
            return
        draw, given = self.random.random(), (session, self.vault, ticket, staff, now)
        if ticket.state == "received":
            steps.assign(*given, staff)
        elif ticket.state == "assigned" and draw > 0.85:
            steps.start(*given)
        if draw < 0.08 and plan.transfers < 2:
            self._transfer(session, ticket, plan, staff, now)
        elif draw < 0.10:
            self._reclassify(session, ticket, staff, now)
        elif plan.fate == "slow" and now < promise_end(ticket.promised_on) and ticket.extensions < 2:
            until = calendar.business_days_after(ticket.promised_on, 3)
            steps.extend(*given, until, "자료를 확인하고 있습니다.", consent=ticket.extensions > 0)
        elif debts.delay_owed(session, ticket, now):
            steps.delay(*given, calendar.business_days_after(now.astimezone(SEOUL).date(), 2), "늦었습니다.")
        elif draw < 0.2 and not ticket.waiting:
            steps.ask(*given, "신청하신 날짜를 알려 주시겠습니까?")
        else:
            self._finish(*given, calendar)

    def _reclassify(self, session: Session, ticket: Ticket, staff: Staff, now: datetime) -> None:
        kind = self.random.choice(KINDS)
        steps.reclassify(session, self.vault, ticket, staff, now, kind)
        if kind == "complaint":
            steps.apologise(session, self.vault, ticket, staff, now, "불편을 드려 죄송합니다.")

    def _finish(
        self, session: Session, vault: Vault, ticket: Ticket, staff: Staff, now: datetime, calendar: Calendar
    ) -> None:
        given, how = (session, vault, ticket, staff, now), self.random.choice(("chat", "chat", "phone"))
        if ticket.kind == "suggestion":
            steps.decide(*given, self.random.choice(list(steps.OUTCOMES)), "검토한 결과입니다.", how=how)
        elif ticket.kind == "claim":
            steps.remedy(*given, self.random.choice(list(steps.REMEDIES)), "조치해 드렸습니다.", how=how)
        elif ticket.kind == "reservation":
            free = slots.free(session, ticket.department_id, calendar, now)
            steps.book(*given, free[0].start, how=how)
        elif ticket.kind == "complaint" and self.random.random() < 0.6:
            steps.tell(*given, "경위를 확인하고 있습니다.")
        else:
            steps.answer(*given, "확인하여 답변드립니다.", how=how)

    def _stand_in(self, session: Session, ticket: Ticket, staff: Staff, now: datetime) -> None:
        """Somebody else takes over what an absent person would do."""
        other = directory.responsible(session, ticket.department_id, now, without=[staff.id]).staff
        if directory.is_here(other, now) and other.department_id == ticket.department_id:
            steps.assign(session, self.vault, ticket, other, now, other)

    def _transfer(self, session: Session, ticket: Ticket, plan: Plan, staff: Staff, now: datetime) -> None:
        units = [unit for unit in directory.departments(session) if unit.id != ticket.department_id]
        unit: Department = self.random.choice(units)
        steps.transfer(
            session, self.vault, ticket, staff, now, unit, None, "요지입니다.", "회신이 남았습니다."
        )
        plan.transfers += 1
        card = cards.card(session, self.vault, ticket)
        told = {"name": card.who.name, "phone": card.who.phone, "matter": card.matter, **card.who.facts}
        self.reasked += len([value for value in plan.known if value not in told.values()])

    def _tidy(self, session: Session, moment: datetime, calendar: Calendar) -> None:
        """In the evening staff close what was answered, after what is owed first."""
        now = self._at(moment)
        for ticket in session.scalars(_ANSWERED).all():
            staff, given = ticket.staff, (session, self.vault, ticket, ticket.staff, now)
            if not directory.is_here(staff, now) or self.random.random() < 0.5:
                continue
            if debts.delay_owed(session, ticket, now):
                steps.delay(*given, now.astimezone(SEOUL).date(), "답변이 늦어 죄송합니다.")
            with suppress(Conflict):
                steps.close(*given)

    # ---- the citizens

    def _arrives(self, session: Session, moment: datetime, calendar: Calendar) -> None:
        now, draw = self._at(moment), self.random.random()
        kind = self.random.choices(KINDS, (60, 8, 6, 6, 5, 5, 10))[0]
        unit = self.random.choice(self.units)
        known = {"홍길동", "010-1234-5678", f"문의 {len(self.plans)}번입니다."}
        facts: dict[str, str] = {}
        if kind == "claim":
            facts = {"damage": f"{len(self.plans)}만 원을 냈습니다."}
        request = tickets.TicketRequest(
            conversation_id=None, channel="web", name="홍길동", phone="010-1234-5678", email=None,
            matter=f"문의 {len(self.plans)}번입니다.", reply_needed=kind != "praise" and draw > 0.03,
            consent_version=consent.current_notice().version, kind=kind, facts=facts,
            route=Route(unit if draw < 0.85 else None, "meaning"), key=f"form-{len(self.plans)}",
        )  # fmt: skip
        opened = tickets.open_ticket(session, self.vault, request, now)
        if draw < 0.1:
            # The form is sent a second time: it opens no second ticket.
            assert tickets.open_ticket(session, self.vault, request, now).number == opened.number
        ticket_id = session.scalar(_NUMBERED, {"number": opened.number})
        assert ticket_id is not None
        self.plans[ticket_id] = Plan(self._fate(), frozenset(known | set(facts.values())))
        self.seen[kind] += 1
        self.seen["at night or on a day off"] += not _open(calendar, moment)

    def _fate(self) -> str:
        draw = self.random.random()
        if draw > LOST_FROM:
            return "lost"
        return "neglected" if draw < 0.03 else "slow" if draw < 0.10 else "usual"

    def _citizens(self, session: Session, moment: datetime) -> None:
        """A few of them answer, take back, object, or turn out to have written twice."""
        now = self._at(moment)
        for ticket in session.scalars(_ALIVE, {"before": now - HOUR}).all():
            draw = self.random.random()
            with suppress(Conflict):
                self._citizen(session, ticket, now, draw)

    def _citizen(self, session: Session, ticket: Ticket, now: datetime, draw: float) -> None:
        if ticket.waiting and draw < 0.2:
            steps.add(session, self.vault, ticket, now, "11월 20일에 신청하였습니다.")
        elif ticket.state == "answered" and draw > 0.992:
            steps.objection(session, self.vault, ticket, now, "답변이 충분하지 않습니다.")
            self.seen["objection"] += 1
        elif ticket.state in states.OPEN and draw > 0.999:
            steps.withdraw(session, self.vault, ticket, now, "해결되었습니다.")
        elif ticket.state in states.OPEN and draw < 0.001:
            self._merge(session, ticket, now)

    def _merge(self, session: Session, ticket: Ticket, now: datetime) -> None:
        other = select(Ticket).where(Ticket.state.in_(sorted(states.OPEN)), Ticket.id != ticket.id)
        if into := session.scalar(other.order_by(Ticket.received_at).limit(1)):
            steps.merge(session, self.vault, ticket, ticket.staff, now, into)

    # ---- whoever watches

    def _look(self, session: Session) -> None:
        """At no time is there an open ticket without somebody who can be asked for it."""
        self.unowned += session.execute(_NOBODY_HAS).scalar_one()


def _open(calendar: Calendar, moment: datetime) -> bool:
    day = moment.date()
    return calendar.is_business_day(day) and any(a <= moment < b for a, b in STANDARD.on(day))
