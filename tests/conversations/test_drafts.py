"""A FAQ entry worded out of a ticket: nobody is recognised in it, and an editor publishes it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conversations.drafts import Drafts, Worded
from core.errors import Conflict, Invalid, NotFound
from faq import pairs, repository
from faq.models import FaqDraft
from faq.regression import Breaks, Gate
from tests.conversations.world import ENTRIES, NOW, World

WORDED = Worded("회의실을 빌릴 수 있나요?", "회의실 되나요", "네, 빌리실 수 있습니다.", "general-affairs")


@pytest.fixture
def drafts(world: World) -> Drafts:
    with world.database.session() as session:
        for entry in ENTRIES.values():
            repository.save_entry(session, entry, NOW)
    gate = Gate(lambda: world.faq, Path("nowhere"), world.clock)
    return Drafts(world.database, world.vault, gate, world.clock)


@pytest.fixture
async def number(world: World) -> str:
    form = world.form(matter="홍길동입니다. 회의실 빌리려고요. 010-1234-5678로 알려 주세요.")
    await world.conversations.submit("web", "u1", form)
    return world.tickets()[0].number


async def test_a_draft_begins_with_the_question_masked_and_the_reply(
    world: World, drafts: Drafts, number: str
) -> None:
    ticket = world.tickets()[0]
    await world.casework.answer(number, ticket.staff_id, "홍길동 님, 네 빌리실 수 있습니다.")
    suggested = drafts.suggested(number)
    assert suggested.question == "(성명)입니다. 회의실 빌리려고요. (전화번호)로 알려 주세요."
    assert suggested.paraphrase == ""  # the same words again would be no other wording
    assert suggested.answer == "(성명) 님, 네 빌리실 수 있습니다."
    assert suggested.department == ticket.department_id


async def test_a_letter_that_answers_nothing_is_no_answer_of_a_draft(
    world: World, drafts: Drafts, number: str
) -> None:
    staff = world.tickets()[0].staff_id
    await world.casework.tell(number, staff, "빌릴 수 있는지 확인하고 있습니다.")
    assert drafts.suggested(number).answer == ""
    await world.casework.answer(number, staff, "네, 빌리실 수 있습니다.")
    await world.casework.tell(number, staff, "열쇠를 준비해 두었습니다.")
    assert drafts.suggested(number).answer == "네, 빌리실 수 있습니다."


@pytest.mark.parametrize(
    "change",
    [
        {"question": ""},
        {"answer": " \n"},
        {"question": "010-1234-5678로 전화해 주시나요?"},
        {"paraphrase": "(전화번호)로 알려 주세요"},
        {"paraphrase": "홍 길동인데 되나요"},
        {"answer": "홍길동 님께 안내드렸습니다."},
        {"answer": "010 1234 5678로 연락드립니다."},
        {"department": "nowhere"},
    ],
)
async def test_words_that_are_missing_or_name_somebody_are_refused(
    world: World, drafts: Drafts, number: str, change: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        drafts.save(number, replace(WORDED, **change), world.tickets()[0].staff_id)
    assert drafts.waiting() == []


async def test_a_draft_waits_for_an_editor_with_its_words_encrypted(
    world: World, drafts: Drafts, number: str
) -> None:
    staff = world.tickets()[0].staff_id
    draft_id = drafts.save(number, WORDED, staff)
    assert [(one.number, one.worded) for one in drafts.waiting()] == [(number, WORDED)]
    with world.database.session() as session:
        row = session.get_one(FaqDraft, draft_id)
        assert "회의실" not in row.words


async def test_what_an_editor_publishes_is_an_entry_and_a_label(
    world: World, drafts: Drafts, number: str
) -> None:
    staff = world.tickets()[0].staff_id
    draft_id = drafts.save(number, WORDED, staff)
    better = replace(WORDED, question="회의실도 빌릴 수 있습니까?")
    faq_id = drafts.publish(draft_id, better, "visit", staff)
    with world.database.session() as session:
        entry = repository.get_entry(session, faq_id)
        assert entry is not None
        assert (entry.question, entry.paraphrases) == (better.question, (WORDED.paraphrase,))
        assert entry.department == "general-affairs"
        verdict = pairs.verdict(session, f"ticket:{number}")
        assert verdict is not None
        assert verdict.faq_id == faq_id
    assert number.lower() not in faq_id
    assert drafts.waiting() == []
    with pytest.raises(Conflict):
        drafts.publish(draft_id, better, "visit", staff)


async def test_what_breaks_the_regression_set_stays_a_draft(
    world: World, drafts: Drafts, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise Breaks([])

    staff = world.tickets()[0].staff_id
    draft_id = drafts.save(number, WORDED, staff)
    monkeypatch.setattr("faq.regression.Gate.check", breaks)
    with pytest.raises(Breaks):
        drafts.publish(draft_id, WORDED, "visit", staff)
    assert [one.id for one in drafts.waiting()] == [draft_id]


async def test_a_question_that_an_entry_has_already_and_an_unknown_category_are_refused(
    world: World, drafts: Drafts, number: str
) -> None:
    staff = world.tickets()[0].staff_id
    draft_id = drafts.save(number, replace(WORDED, question=ENTRIES["ads.fee"].question), staff)
    with pytest.raises(Invalid, match=r"ads\.fee"):
        drafts.publish(draft_id, drafts.draft(draft_id).worded, "visit", staff)
    with pytest.raises(Invalid, match="분류"):
        drafts.publish(draft_id, WORDED, "made-up", staff)


async def test_a_discarded_draft_is_gone(world: World, drafts: Drafts, number: str) -> None:
    draft_id = drafts.save(number, WORDED, world.tickets()[0].staff_id)
    drafts.discard(draft_id)
    assert drafts.waiting() == []
    with pytest.raises(Conflict):
        drafts.discard(draft_id)


def test_there_is_no_draft_of_nothing(world: World, drafts: Drafts) -> None:
    with pytest.raises(NotFound):
        drafts.suggested("E-20261124-2222")
    with pytest.raises(NotFound):
        drafts.draft("nothing")
