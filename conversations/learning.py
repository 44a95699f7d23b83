"""What staff teach: which entry answers a citizen's question, or that none does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from conversations import anonymous
from conversations.taught import Question, question_of
from core.clock import Clock
from core.database import Database
from core.errors import Invalid, NotFound
from core.privacy import Vault
from desk.models import Staff
from faq import importing, pairs, publishing, repository
from faq.entries import clean_line, same_question
from faq.importing import Changes
from faq.models import LabelledPair
from faq.regression import Gate
from faq.sources import SourceErrors
from faq.text import LONGEST, clean


@dataclass(frozen=True)
class Verdict:
    """What staff have said; `faq_id` None: no entry answers it."""

    faq_id: str | None
    by: str
    at: datetime


@dataclass(frozen=True)
class Asked:
    """A question that staff may judge, masked as it is learned from."""

    text: str
    conversation_id: str | None
    verdict: Verdict | None
    published: str | None
    """Its wording among the entry's paraphrases, once staff have put it there."""


class Learning:
    """Questions are named by `subject`: `message:<id>` or `ticket:<number>`; `NotFound` for any other."""

    def __init__(self, database: Database, vault: Vault, gate: Gate, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._gate = gate
        self._clock = clock

    def asked(self, subject: str) -> Asked:
        """The question and what staff have said about it. Whoever asks logs the access."""
        with self._database.session() as session:
            question = _existing(session, self._vault, subject)
            verdict, published = pairs.verdict(session, subject), pairs.paraphrase(session, subject)
            told = Verdict(verdict.faq_id, _name(session, verdict), verdict.at) if verdict else None
            return Asked(question.text, question.conversation_id, told, published.text if published else None)

    def judge(self, subject: str, faq_id: str | None, staff_id: str) -> None:
        """This entry answers it, or (None) none does; a later verdict replaces an earlier one.

        `Invalid` for an entry that there isn't, or while the question is published as a paraphrase.
        """
        with self._database.session() as session:
            _existing(session, self._vault, subject)
            _not_published(session, subject)
            if faq_id is not None and repository.get_entry(session, faq_id) is None:
                raise Invalid("그런 항목이 없습니다. 다시 찾아 주십시오.")
            pairs.judge(session, subject, faq_id, staff_id, self._clock.now())

    def take_back(self, subject: str) -> None:
        """Nothing was said; `Invalid` while the question is published as a paraphrase."""
        with self._database.session() as session:
            _existing(session, self._vault, subject)
            _not_published(session, subject)
            pairs.withdraw(session, subject, pairs.VERDICT)

    def publish(self, subject: str, wording: str, staff_id: str) -> None:
        """Put the question, in this wording, among the paraphrases of the entry that answers it.

        `Invalid` for a wording that can't be one, `Breaks` when the regression set would suffer.
        """
        wording = clean_line(wording)[:LONGEST]
        if not clean(wording):
            raise Invalid("추가할 표현을 적어 주십시오.")
        anonymous.checked(wording)
        faq_id = self._answer_to(subject)

        def plan(session: Session) -> Changes:
            return _reworded(session, faq_id, lambda texts: _with(texts, wording))

        def note(session: Session) -> None:
            pairs.approve(session, subject, faq_id, wording, staff_id, self._clock.now())

        self._publish(plan, note)

    def unpublish(self, subject: str) -> None:
        """Take the published wording out of the entry; `Breaks` when the regression set would suffer."""
        with self._database.session() as session:
            published = pairs.paraphrase(session, subject)
        if published is None or published.faq_id is None:
            raise NotFound("추가된 표현이 없습니다.")
        faq_id, key = published.faq_id, same_question(published.text or "")

        def plan(session: Session) -> Changes:
            return _reworded(session, faq_id, lambda texts: [t for t in texts if same_question(t) != key])

        self._publish(plan, lambda session: pairs.withdraw(session, subject, pairs.PARAPHRASE))

    def _answer_to(self, subject: str) -> str:
        with self._database.session() as session:
            _existing(session, self._vault, subject)
            _not_published(session, subject)
            verdict = pairs.verdict(session, subject)
            if verdict is None or verdict.faq_id is None:
                raise Invalid("먼저 어느 항목이 답인지 판정해 주십시오.")
            return verdict.faq_id

    def _publish(self, plan: publishing.Plan, note: Callable[[Session], None]) -> None:
        try:
            publishing.publish(self._database, plan, self._gate, self._clock, note)
        except SourceErrors as errors:
            raise Invalid("\n".join(errors.errors)) from errors


def _existing(session: Session, vault: Vault, subject: str) -> Question:
    question = question_of(session, vault, subject)
    if question is None:
        raise NotFound("판정할 질문을 찾을 수 없습니다.")
    return question


def _not_published(session: Session, subject: str) -> None:
    if pairs.paraphrase(session, subject):
        raise Invalid("이 질문은 항목의 다른 표현으로 추가되어 있습니다. 먼저 그 표현을 빼 주십시오.")


def _name(session: Session, pair: LabelledPair) -> str:
    staff = session.get(Staff, pair.staff_id) if pair.staff_id else None
    return f"{staff.name} {staff.title}".strip() if staff else ""


def _with(texts: list[str], wording: str) -> list[str]:
    if same_question(wording) in map(same_question, texts):
        raise Invalid("이 항목에 이미 있는 표현입니다.")
    return [*texts, wording]


def _reworded(session: Session, faq_id: str, change: Callable[[list[str]], list[str]]) -> Changes:
    entry = repository.get_entry(session, faq_id)
    if entry is None:
        raise Invalid("그 사이에 항목이 없어졌습니다.")
    paraphrases = change([entry.question, *entry.paraphrases])[1:]
    return importing.plan(session, [entry.model_copy(update={"paraphrases": tuple(paraphrases)})])
