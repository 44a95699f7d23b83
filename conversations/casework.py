"""What staff do with tickets: the step and what the citizen is told of it, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from conversations import citizens, letters
from conversations.clerk import Case, Clerk, Letter, found
from core.errors import Invalid
from core.threads import in_thread
from desk import directory, slots, steps, tickets
from desk.models import Department, Staff
from desk.schemas import OpenedTicket, TicketRequest

# A note of an older call is no longer taken while on the telephone.
_OLDEST_CALL = timedelta(days=1)


class Casework(Clerk):
    """The steps of `desk.steps`, each with its letter to the citizen.

    All methods raise `NotFound` for an unknown ticket, and what the step raises. A ticket whose citizen has
    no conversation can be told only by telephone: `by_phone` says that it was done, else `Invalid`.
    """

    async def start(self, number: str, staff_id: str) -> None:
        """The person in charge begins."""
        await self._quietly(number, staff_id, lambda case: steps.start(*case.of))

    async def note(self, number: str, staff_id: str, text: str) -> None:
        """A note for staff alone."""
        await self._quietly(number, staff_id, lambda case: steps.note(*case.of, text))

    async def close(self, number: str, staff_id: str) -> None:
        """Close; `Conflict` with what is owed first."""
        await self._quietly(number, staff_id, lambda case: steps.close(*case.of))

    async def answer(
        self, number: str, staff_id: str, text: str, attachments: Sequence[str] = (),
        by_phone: bool = False, seen: int | None = None,
    ) -> None:  # fmt: skip
        """Answer; `attachments` are ids of the ticket's files that go with it.

        `seen` is the id of the last event on the page where the answer was written.
        """
        if by_phone and attachments:
            raise Invalid("전화로 답변하실 때에는 파일을 보내실 수 없습니다.")

        def step(case: Case) -> Letter:
            steps.answer(*case.of, text, how=_how(by_phone), seen=seen)
            return Letter(text, files=self._attachments.send(case.session, case.ticket, attachments))

        await self._do(number, staff_id, step, by_phone)

    async def ask(self, number: str, staff_id: str, text: str, by_phone: bool = False) -> None:
        """Ask the citizen for what is missing."""

        def step(case: Case) -> Letter:
            steps.ask(*case.of, text)
            return Letter(text)

        await self._do(number, staff_id, step, by_phone)

    async def tell(self, number: str, staff_id: str, text: str, by_phone: bool = False) -> None:
        """Tell how far the matter is."""

        def step(case: Case) -> Letter:
            steps.tell(*case.of, text, how=_how(by_phone))
            return Letter(text)

        await self._do(number, staff_id, step, by_phone)

    async def apologise(self, number: str, staff_id: str, text: str, by_phone: bool = False) -> None:
        """Apologise in one's own words."""

        def step(case: Case) -> Letter:
            steps.apologise(*case.of, text)
            return Letter(text)

        await self._do(number, staff_id, step, by_phone)

    async def extend(
        self, number: str, staff_id: str, until: date, reason: str, consent: bool = False,
        by_phone: bool = False,
    ) -> None:  # fmt: skip
        """Promise a later date, in time and with a reason."""

        def step(case: Case) -> Letter:
            before = case.ticket.promised_on
            steps.extend(*case.of, until, reason, consent)
            told = letters.extended(case.ticket, before, reason)
            return Letter(told + letters.in_charge(case.ticket, staff_id))

        await self._do(number, staff_id, step, by_phone)

    async def delay(
        self, number: str, staff_id: str, expected_on: date, reason: str, by_phone: bool = False
    ) -> None:
        """Say why the promised date passed, and when to expect an answer."""

        def step(case: Case) -> Letter:
            steps.delay(*case.of, expected_on, reason)
            told = letters.delayed(case.ticket, expected_on, reason)
            return Letter(told + letters.in_charge(case.ticket, staff_id))

        await self._do(number, staff_id, step, by_phone)

    async def transfer(
        self, number: str, staff_id: str, department_id: str, to_staff_id: str | None, summary: str,
        open_points: str = "", by_phone: bool = False,
    ) -> None:  # fmt: skip
        """Hand over to another department; the citizen hears its name and telephone first."""

        def step(case: Case) -> Letter:
            had_slot = slots.of_ticket(case.session, case.ticket) is not None
            unit, to = _department(case.session, department_id), _person(case.session, to_staff_id)
            steps.transfer(*case.of, unit, to, summary, open_points)
            person = case.ticket.staff
            return Letter(letters.transferred(case.ticket, directory.contact(person), had_slot), person)

        await self._do(number, staff_id, step, by_phone)

    async def assign(self, number: str, staff_id: str, to_staff_id: str, by_phone: bool = False) -> None:
        """Make somebody of the department responsible; the citizen hears of a new person."""

        def step(case: Case) -> Letter | None:
            before = case.ticket.staff_id
            person = _person(case.session, to_staff_id)
            if person is None:
                raise Invalid("담당자를 골라 주십시오.")
            steps.assign(*case.of, person)
            told = letters.assigned(case.ticket, directory.contact(person))
            return Letter(told, person) if person.id != before else None

        await self._do(number, staff_id, step, by_phone, must_reach=False)

    async def claim(self, number: str, staff_id: str) -> None:
        """The member of staff takes the ticket on and begins; the citizen hears of a new person."""

        def step(case: Case) -> Letter | None:
            before = case.ticket.staff_id
            if before != staff_id or case.ticket.state == "received":
                steps.assign(*case.of, case.staff)
            steps.start(*case.of)
            told = letters.assigned(case.ticket, directory.contact(case.staff))
            return Letter(told) if before != staff_id else None

        await self._do(number, staff_id, step, by_phone=False, must_reach=False)

    async def introduce(self, number: str, staff_id: str, moved: bool) -> None:
        """Tell the citizen who took the ticket over from somebody who left, of another department if `moved`.

        It is no step of the ticket's: whoever takes over hasn't said yet how far the matter is.
        """

        def step(case: Case) -> Letter:
            person = directory.contact(case.ticket.staff)
            told = (
                letters.transferred(case.ticket, person, slot_lost=False)
                if moved
                else letters.assigned(case.ticket, person)
            )
            return Letter(told, case.ticket.staff)

        await self._do(number, staff_id, step, by_phone=False)

    async def decide(
        self, number: str, staff_id: str, outcome: str, reason: str, by_phone: bool = False
    ) -> None:  # fmt: skip
        """End a suggestion, with the reason."""

        def step(case: Case) -> Letter:
            steps.decide(*case.of, outcome, reason, how=_how(by_phone))
            return Letter(letters.decided(case.ticket, outcome, reason))

        await self._do(number, staff_id, step, by_phone)

    async def remedy(
        self, number: str, staff_id: str, remedy: str, text: str, by_phone: bool = False
    ) -> None:  # fmt: skip
        """End a claim, with what the citizen is told of the remedy."""

        def step(case: Case) -> Letter:
            steps.remedy(*case.of, remedy, text, how=_how(by_phone))
            return Letter(letters.remedied(case.ticket, remedy, text))

        await self._do(number, staff_id, step, by_phone)

    async def book(self, number: str, staff_id: str, start: datetime, by_phone: bool = False) -> None:
        """Fix the time of a consultation."""

        def step(case: Case) -> Letter:
            slot = steps.book(*case.of, start, how=_how(by_phone))
            return Letter(letters.booked(case.ticket, slot.start))

        await self._do(number, staff_id, step, by_phone)

    async def merge(self, number: str, staff_id: str, into: str, by_phone: bool = False) -> None:
        """The ticket goes on under the number `into`."""

        def step(case: Case) -> Letter:
            other = found(case.session, into)
            steps.merge(*case.of, other, citizens.are_one(case.session, case.ticket, other))
            return Letter(letters.merged(case.ticket, other), other.staff)

        await self._do(number, staff_id, step, by_phone, must_reach=False)

    async def reclassify(self, number: str, staff_id: str, kind: str, by_phone: bool = False) -> None:
        """Make it one of another kind; what turns out to be a complaint is apologised for at once."""

        def step(case: Case) -> Letter | None:
            steps.reclassify(*case.of, kind)
            events = tickets.history(case.session, case.ticket)
            apologised = any(event.kind == "apologised" for event in events)
            if kind != "complaint" or apologised or not case.reached:
                return None
            words = tickets.apology(case.ticket.staff)
            steps.apologise(*case.of, words)
            return Letter(words, case.ticket.staff)

        await self._do(number, staff_id, step, by_phone, must_reach=False)

    async def open_by_staff(
        self, request: TicketRequest, staff_id: str, called_at: datetime | None = None
    ) -> OpenedTicket:
        """A note taken on the telephone becomes a ticket, whatever channel the request names.

        The clock runs from `called_at` (None: now), for the citizen called then. Raises `Invalid` for a time
        that is to come or more than a day ago.
        """
        now = self._clock.now()
        received_at = called_at or now
        if not now - _OLDEST_CALL <= received_at <= now:
            raise Invalid("전화를 받으신 일시를 확인해 주십시오.", called_at="지난 하루 안이어야 합니다.")

        def work() -> OpenedTicket:
            with self._database.session() as session:
                by_phone = replace(request, channel="phone", conversation_id=None)
                opened = tickets.open_ticket(session, self._vault, by_phone, received_at, staff_id)
                self._announcements.announce(session, opened.number, now)
                return opened

        return await in_thread(work)


def _how(by_phone: bool) -> str:
    return "phone" if by_phone else "chat"


def _department(session: Session, department_id: str) -> Department:
    unit = session.get(Department, department_id)
    if unit is None:
        raise Invalid("이관할 부서를 골라 주십시오.")
    return unit


def _person(session: Session, staff_id: str | None) -> Staff | None:
    if not staff_id:
        return None
    person = session.get(Staff, staff_id)
    if person is None:
        raise Invalid("직원을 다시 골라 주십시오.")
    return person
