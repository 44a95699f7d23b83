"""A complaint, a claim, praise, a suggestion or the wish for a call, typed as if it were a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from conversations.kinds import examples
from conversations.meaning import meaning_of_button
from faq.understanding import Understanding
from tests.conversations.world import CHOICES, COPIER, FEE, MEANT, UNKNOWN, World

FILE = "open_ticket"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database is enough here: nothing depends on it."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


def typed(kind: str) -> str:
    return examples()[kind][0]


@pytest.mark.parametrize(
    ("kind", "heard", "button"),
    [
        ("complaint", "진심으로 사과드립니다", "불만·불친절 접수하기"),
        ("claim", "유감", "피해 보상 청구하기"),
        ("praise", "감사합니다", "칭찬 접수하기"),
        ("suggestion", "감사합니다", "제안 접수하기"),
        ("callback", "전화 메모를 남겨 드리겠습니다", "전화 메모 남기기"),
    ],
)
async def test_what_the_faq_cannot_answer_is_met_with_fitting_words(
    world: World, kind: str, heard: str, button: str
) -> None:
    world.dialogue.down = True
    [offer] = (await world.send(typed(kind))).spoken
    assert heard in offer.text
    assert "바로 답변드리기 어려운" not in offer.text
    assert (offer.buttons[0].label, offer.buttons[0].payload) == (button, FILE)
    assert len(button) <= 14  # Kakao's labels


async def test_a_complaint_that_has_an_answer_is_apologised_for_and_can_be_filed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MEANT, typed("complaint"), MEANT[COPIER])
    world.dialogue.down = True
    sorry, answer, feedback = (await world.send(typed("complaint"))).spoken
    assert "사과드립니다" in sorry.text
    assert (answer.kind, answer.text) == ("answer", "네, 쓰실 수 있습니다.")
    assert [button.payload for button in feedback.buttons] == ["affirm", "deny", FILE]


async def test_choices_for_a_complaint_apologise_and_let_it_be_filed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        MEANT, typed("complaint"), Understanding("choices", 0.6, CHOICES, candidates=CHOICES.candidates)
    )
    world.dialogue.down = True
    [reply] = (await world.send(typed("complaint"))).spoken
    assert reply.text.startswith("불편을 겪게 해 드려 진심으로 사과드립니다.")
    assert [button.payload for button in reply.buttons[-2:]] == [FILE, "none_of_these"]


@pytest.mark.parametrize("question", [COPIER, FEE, UNKNOWN])
async def test_an_inquiry_is_answered_as_ever(world: World, question: str) -> None:
    world.dialogue.down = True
    said = " ".join(await world.say(question))
    assert "사과" not in said
    await world.say(question)
    assert world.dialogue.heard[-1].metadata["kind"] == "inquiry"


async def test_the_actions_are_told_the_kind(world: World) -> None:
    await world.say(typed("complaint"))
    assert world.dialogue.heard[-1].metadata["kind"] == "complaint"


async def test_nobody_is_said_to_be_called_where_no_choice_fitted(world: World) -> None:
    world.dialogue.down = True
    await world.say(FEE)
    [said] = await world.say("찾는 내용이 없습니다", "none_of_these")
    assert "연결을 요청" not in said
    assert "접수하시겠습니까" in said
    pressed = meaning_of_button("none_of_these")
    assert pressed and pressed.for_rasa()["reason"] == "none_of_these"
