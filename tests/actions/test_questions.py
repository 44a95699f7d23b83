"""What a question leads to."""

from __future__ import annotations

from tests.actions.conftest import Rasa
from tests.conversations.world import UNKNOWN


async def test_an_answer_names_its_owner_and_asks_whether_it_helped(rasa: Rasa) -> None:
    said = await rasa.run("action_answer", faq={"faq_id": "visit.copier"})
    assert [reply["kind"] for reply in said.replies] == ["answer", "feedback"]
    assert said.replies[0]["data"]["department"] == {"name": "총무팀", "phone": "02-000-1100"}
    assert [button["payload"] for button in said.replies[1]["buttons"]] == ["affirm", "deny"]
    assert said.slots == {"pending": "feedback"}


async def test_inside_a_form_the_answer_asks_nothing(rasa: Rasa) -> None:
    said = await rasa.run("action_answer", faq={"faq_id": "visit.copier"}, form="ticket_form")
    assert [reply["kind"] for reply in said.replies] == ["answer"]
    assert said.slots == {}


async def test_an_entry_that_is_gone_becomes_an_offer(rasa: Rasa) -> None:
    said = await rasa.run("action_answer", faq={"faq_id": "gone.by.now"})
    assert [reply["kind"] for reply in said.replies] == ["offer"]


async def test_choices_are_buttons_with_a_way_out(rasa: Rasa) -> None:
    said = await rasa.run(
        "action_choices", faq={"candidates": [{"faq_id": "ads.fee", "question": "수수료는?"}]}
    )
    assert said.replies[0]["buttons"] == [
        {"label": "수수료는?", "payload": "faq:ads.fee"},
        {"label": "찾는 내용이 없습니다", "payload": "none_of_these"},
    ]
    assert said.slots == {"pending": None}


async def test_the_offer_keeps_the_question_as_the_matter(rasa: Rasa) -> None:
    said = await rasa.run("action_offer_ticket", intent="unknown", matter=UNKNOWN)
    assert "바로 답변드리기 어려운" in said.texts[0]
    assert said.slots == {"pending": "offer", "matter": UNKNOWN}


async def test_the_widget_is_offered_its_own_form(rasa: Rasa) -> None:
    said = await rasa.run("action_offer_ticket", intent="deny", matter=UNKNOWN, channel={"form": True})
    assert "도움이 되지 못해 죄송합니다" in said.texts[0]
    assert said.slots["pending"] == "inline_offer"
    shown = await rasa.run("action_show_form", matter=UNKNOWN)
    [form] = shown.replies
    assert form["data"]["matter"] == UNKNOWN
    assert set(form["data"]["consent"]) == {"version", "purpose", "items", "retention", "refusal"}


async def test_find_staff_names_department_duties_and_telephone(rasa: Rasa) -> None:
    said = await rasa.run("action_find_staff", departments=["ads-planning"])
    assert "02-000-" in said.texts[0]
    assert "담당 업무" in said.texts[0]
    assert said.slots == {"pending": None}


async def test_find_staff_asks_which_duty_when_none_was_named(rasa: Rasa) -> None:
    said = await rasa.run("action_find_staff", departments=["no-such-unit"])
    assert all(button["payload"].startswith("department:") for button in said.replies[0]["buttons"])
    assert said.slots == {"pending": None}
    said = await rasa.run("action_find_staff", departments=[])
    assert said.replies[0]["buttons"]
    assert said.slots == {"pending": "find_staff"}


async def test_courtesies_are_said_and_nothing_is_pending_after_them(rasa: Rasa) -> None:
    for action, words in {
        "action_greet": "무엇을 도와드릴까요?",
        "action_thanks": "기쁩니다",
        "action_farewell": "감사합니다. 안녕히 가십시오. 좋은 하루 되십시오.",
        "action_feedback_yes": "도움이 되어 기쁩니다",
        "action_default_fallback": "한 문장으로",
    }.items():
        said = await rasa.run(action)
        assert words in said.texts[0]
        assert said.slots == {"pending": None}


async def test_what_is_not_understood_inside_a_form_says_how_to_leave_it(rasa: Rasa) -> None:
    said = await rasa.run("action_default_fallback", form="ticket_form")
    assert "'취소'" in said.texts[0]
    assert said.slots == {}


async def test_a_complaint_is_apologised_for_and_can_be_filed_without_being_told_again(rasa: Rasa) -> None:
    about = {"kind": "complaint", "matter": "직원이 불친절했습니다"}
    said = await rasa.run("action_answer", faq={"faq_id": "visit.copier"}, **about)
    assert "사과드립니다" in said.texts[0]
    assert said.replies[-1]["buttons"][-1] == {"label": "불만·불친절 접수하기", "payload": "open_ticket"}
    assert said.slots == {"pending": "feedback", "matter": about["matter"]}
    said = await rasa.run("action_choices", faq={"candidates": []}, **about)
    assert [button["payload"] for button in said.replies[0]["buttons"]] == ["open_ticket", "none_of_these"]
    assert said.slots == {"pending": None, "matter": about["matter"]}
    said = await rasa.run("action_offer_ticket", intent="unknown", **about)
    assert "진심으로 사과드립니다" in said.texts[0]


async def test_where_no_choice_fitted_nobody_is_said_to_be_called(rasa: Rasa) -> None:
    said = await rasa.run("action_offer_ticket", intent="handoff", reason="none_of_these", matter=UNKNOWN)
    assert "연결을 요청" not in said.texts[0]
    asked = await rasa.run("action_offer_ticket", intent="handoff", reason="handoff", matter=UNKNOWN)
    assert "연결을 요청" in asked.texts[0]
