"""FAQ entries worded out of tickets: drafted by whoever answered, published by an editor through the gate."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conversations import anonymous
from conversations.past_replies import last_answer
from conversations.taught import question_of
from core.clock import SEOUL, Clock
from core.database import Database
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.privacy import Vault, label, redact
from desk import directory, tickets
from desk.models import Staff, Ticket
from faq import importing, pairs, publishing, repository
from faq.entries import Entry, clean_line, clean_text
from faq.importing import Changes
from faq.models import FaqDraft
from faq.regression import Gate
from faq.sources import SourceErrors

_MISSING = {"question": "질문", "answer": "답변", "department": "담당 부서"}


@dataclass(frozen=True)
class Worded:
    """What an entry says: the question as anybody would ask it, the ticket's own wording of it, the answer.

    `department` is the id of the entry's owner; `paraphrase` may be empty.
    """

    question: str
    paraphrase: str
    answer: str
    department: str


@dataclass(frozen=True)
class Draft:
    """A draft, readable; `number` is the ticket that it came from."""

    id: str
    number: str
    worded: Worded
    by: str
    at: datetime


class Drafts:
    """Every method raises `NotFound` for a ticket or draft that there isn't, `Invalid` for unfit words."""

    def __init__(self, database: Database, vault: Vault, gate: Gate, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._gate = gate
        self._clock = clock

    def suggested(self, number: str) -> Worded:
        """What the ticket gives for a draft, masked; whoever asks logs the access."""
        with self._database.session() as session:
            ticket = _ticket(session, number)
            question = question_of(session, self._vault, f"ticket:{ticket.number}")
            matter = self._without_name(session, ticket, question.text if question else "")
            answer = self._without_name(session, ticket, self._last_reply(session, ticket))
            return Worded(clean_line(matter), "", answer, ticket.department_id)

    def save(self, number: str, worded: Worded, staff_id: str) -> str:
        """Keep a new draft for the editors; returns its id."""
        with self._database.session() as session:
            ticket = _ticket(session, number)
            worded = self._checked(session, ticket, worded)
            draft = FaqDraft(
                subject=f"ticket:{ticket.number}", words=self._sealed(worded), department=worded.department,
                staff_id=staff_id, at=self._clock.now(),
            )  # fmt: skip
            session.add(draft)
            session.flush()
            return draft.id

    def waiting(self) -> list[Draft]:
        """The drafts that nobody has published or discarded, oldest first."""
        with self._database.session() as session:
            found = select(FaqDraft).where(FaqDraft.state == "open").order_by(FaqDraft.at, FaqDraft.id)
            return [self._readable(session, draft) for draft in session.scalars(found)]

    def count(self) -> int:
        """How many drafts wait for an editor."""
        with self._database.session() as session:
            return session.scalar(select(func.count()).where(FaqDraft.state == "open")) or 0

    def draft(self, draft_id: str) -> Draft:
        """A draft that is still waiting."""
        with self._database.session() as session:
            return self._readable(session, _waiting(session, draft_id))

    def discard(self, draft_id: str) -> None:
        """Nobody will publish it."""
        self._settle(draft_id, "discarded")

    def publish(self, draft_id: str, worded: Worded, category: str, staff_id: str) -> str:
        """The draft becomes an entry of that category; returns the entry's id.

        Raises `Breaks` when the regression set would suffer, `Conflict` when somebody else was first. The
        ticket's question is labelled with the new entry.
        """
        with self._database.session() as session:
            draft = _waiting(session, draft_id)
            worded = self._checked(session, _ticket(session, _number(draft)), worded)
            entry = self._entry(session, worded, category)

        def note(session: Session) -> None:
            held = _waiting(session, draft_id)
            held.state, held.faq_id, held.words = "published", entry.id, self._sealed(worded)
            now = self._clock.now()
            pairs.judge(session, held.subject, entry.id, staff_id, now)
            if worded.paraphrase:
                pairs.approve(session, held.subject, entry.id, worded.paraphrase, staff_id, now)

        def plan(session: Session) -> Changes:
            return importing.plan(session, [entry])

        try:
            publishing.publish(self._database, plan, self._gate, self._clock, note)
        except SourceErrors as errors:
            raise Invalid("\n".join(errors.errors)) from errors
        return entry.id

    def categories(self) -> list[tuple[str, str]]:
        """The FAQ's categories: id and title."""
        with self._database.session() as session:
            return sorted({(e.category, e.category_title) for e in repository.all_entries(session)})

    def _settle(self, draft_id: str, state: Literal["published", "discarded"]) -> None:
        with self._database.session() as session:
            _waiting(session, draft_id).state = state

    def _checked(self, session: Session, ticket: Ticket, worded: Worded) -> Worded:
        worded = Worded(
            clean_line(worded.question), clean_line(worded.paraphrase), clean_text(worded.answer),
            worded.department.strip(),
        )  # fmt: skip
        for field, name in _MISSING.items():
            if not getattr(worded, field):
                raise Invalid(f"{name} 항목을 적어 주십시오.")
        if directory.department(session, worded.department) is None:
            raise Invalid("그런 부서가 없습니다. 담당 부서를 다시 골라 주십시오.")
        known = tickets.details(session, self._vault, ticket)
        for text in (worded.question, worded.paraphrase):
            anonymous.checked(text)
        # An answer may give the foundation's own telephone: only the citizen's own data may not stand in it.
        anonymous.without((known.name, known.phone, known.email), "\n".join(asdict(worded).values()))
        return worded

    def _entry(self, session: Session, worded: Worded, category: str) -> Entry:
        today = self._clock.now().astimezone(SEOUL).date()
        titles = {e.category: e.category_title for e in repository.all_entries(session)}
        if category not in titles:
            raise Invalid("그런 분류가 없습니다. 다시 골라 주십시오.")
        same = worded.paraphrase in ("", worded.question)
        try:
            return Entry(
                # Ids are public: no number of a ticket in them.
                id=f"{category}.{today:%Y%m%d}-{new_id()[-6:]}",
                category=category,
                category_title=titles[category],
                question=worded.question,
                paraphrases=() if same else (worded.paraphrase,),
                answer=worded.answer,
                department=worded.department,
                source="고객 문의에서 새로 작성",
                valid_from=today,
            )
        except ValidationError as error:
            raise Invalid("질문과 답변을 글자로 적어 주십시오.") from error

    def _last_reply(self, session: Session, ticket: Ticket) -> str:
        answer = last_answer(session, ticket)
        return redact(label(self._vault.cipher.decrypt(answer.words))) if answer and answer.words else ""

    def _without_name(self, session: Session, ticket: Ticket, text: str) -> str:
        name = self._vault.get(session, ticket.name_ref)
        return text.replace(name, "(성명)") if name and len(name) > 1 else text

    def _sealed(self, worded: Worded) -> str:
        return self._vault.cipher.encrypt(json.dumps(asdict(worded), ensure_ascii=False))

    def _readable(self, session: Session, draft: FaqDraft) -> Draft:
        staff = session.get(Staff, draft.staff_id)
        worded = Worded(**json.loads(self._vault.cipher.decrypt(draft.words)))
        by = f"{staff.name} {staff.title}".strip() if staff else ""
        return Draft(draft.id, _number(draft), worded, by, draft.at)


def _ticket(session: Session, number: str) -> Ticket:
    ticket = tickets.find(session, number)
    if ticket is None:
        raise NotFound("접수번호를 다시 확인해 주십시오. 그런 문의가 없습니다.")
    return ticket


def _waiting(session: Session, draft_id: str) -> FaqDraft:
    draft = session.get(FaqDraft, draft_id, with_for_update=True)
    if draft is None:
        raise NotFound("그런 초안이 없습니다.")
    if draft.state != "open":
        raise Conflict("다른 직원이 먼저 처리한 초안입니다.")
    return draft


def _number(draft: FaqDraft) -> str:
    return draft.subject.partition(":")[2]
