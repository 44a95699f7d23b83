"""The rules and forms of the dialogue, on a real Rasa."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.bot.stub_actions import REFUSED

pytestmark = pytest.mark.rasa

PHONE, NAME, MATTER = "=[[phone:valid:1]]", "=[[name:valid:2]]", "=[[matter:valid:3]]"
RESERVATION = "=예약하고_싶습니다"
TICKET, TIME = "E-20261122-7F3K", "slot@slot=2026-11-25T10:00:00+09:00"
ALL_BUT_REPLY = f"open_ticket affirm {NAME} {PHONE} {MATTER}"
INTENTS = [
    "faq",
    "choices",
    "unknown",
    "greet",
    "thanks",
    "farewell",
    "affirm",
    "deny",
    "stop",
    "handoff",
    "open_ticket",
    "find_staff",
    "check_ticket",
    "add",
    "objection",
    "withdraw",
    "own_tickets",
    "tell_staff",
    "kind",
    "slot",
    "change_kind",
    f"add@ticket={TICKET}",
    f"objection@ticket={TICKET}",
    f"objection@ticket={REFUSED}",
    f"withdraw@ticket={TICKET}",
    f"tell_staff@ticket={TICKET}",
    "kind@kind=complaint",
    "kind@kind=reservation",
    "slot@slot=2026-11-25T10:00:00+09:00",
]
"""All that a message can mean; `intent@entity=value` is a button that has a value."""
NO_FREE_TEXT = {"stop", "handoff", "add", "objection", "withdraw", "own_tickets", "check_ticket"}
STATES = {
    "nothing is pending": "greet",
    "after an answer": "faq",
    "after an offer": "handoff",
    "asked whose number": "find_staff",
    "asked for consent": "open_ticket",
    "asked for a name": "open_ticket affirm",
    "asked for a contact": f"open_ticket affirm {NAME}",
    "asked for the matter": f"open_ticket affirm {NAME} {PHONE}",
    "asked whether to reply": f"open_ticket affirm {NAME} {PHONE} {MATTER}",
    "asked for a time": f"open_ticket affirm {NAME} {PHONE} {RESERVATION}",
    "asked for another kind": f"{ALL_BUT_REPLY} change_kind",
    "asked for words to add": f"add@ticket={TICKET}",
    "asked for an objection": f"objection@ticket={TICKET}",
    "asked which ticket": "add",
    "asked whether to withdraw": f"withdraw@ticket={TICKET}",
    "asked for a ticket number": "check_ticket",
    "asked for a ticket's phone": "check_ticket =2026-1",
}


@pytest.mark.parametrize("state", STATES)
def test_no_message_in_any_state_goes_unanswered(state: str, another: Callable[[], Any]) -> None:
    for intent in [*INTENTS, "not_in_the_domain"]:
        citizen = another()
        citizen.do(STATES[state])
        answer = citizen.say(intent)
        assert (answer.status, bool(answer.replies)) == (200, True), (state, intent)
        assert citizen.say("stop").status == 200


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("faq", "action_answer"),
        ("choices", "action_choices"),
        ("unknown", "action_offer_ticket"),
        ("handoff", "action_offer_ticket"),
        ("greet", "action_greet"),
        ("thanks", "action_thanks"),
        ("farewell", "action_farewell"),
        ("stop", "action_cancelled"),
        ("affirm", "action_default_fallback"),
        ("deny", "action_default_fallback"),
        ("find_staff", "action_find_staff"),
        ("open_ticket", "action_ask_consent"),
        ("check_ticket", "action_ask_ticket_number"),
        ("faq affirm", "action_feedback_yes"),
        ("faq deny", "action_offer_ticket"),
        ("faq choices", "action_choices"),
        ("faq unknown", "action_offer_ticket"),
        ("faq affirm affirm", "action_default_fallback"),
        ("handoff affirm", "action_ask_consent"),
        ("handoff deny", "action_cancelled"),
        ("handoff deny affirm", "action_default_fallback"),
        ("handoff handoff affirm", "action_ask_consent"),
        ("find_staff choices", "action_find_staff"),
        ("find_staff unknown", "action_find_staff"),
        ("find_staff faq", "action_answer"),
        ("own_tickets", "action_own_tickets"),
        (f"tell_staff@ticket={TICKET}", "action_tell_staff"),
        ("faq tell_staff affirm", "action_default_fallback"),
        (f"add@ticket={TICKET}", "action_ask_words"),
        (f"objection@ticket={TICKET}", "action_ask_words"),
        (f"add@ticket={TICKET} =내일_갑니다", "action_follow_up"),
        (f"add@ticket={TICKET} =내일_갑니다 affirm", "action_default_fallback"),
        (f"withdraw@ticket={TICKET}", "action_ask_withdraw"),
        (f"withdraw@ticket={TICKET} affirm", "action_withdraw"),
        (f"withdraw@ticket={TICKET} affirm affirm", "action_default_fallback"),
        (f"withdraw@ticket={TICKET} deny", "action_cancelled"),
        ("kind@kind=complaint", "action_default_fallback"),
        ("change_kind", "action_default_fallback"),
    ],
)
def test_each_intent_leads_where_the_rules_say(script: str, last: str, citizen: Any) -> None:
    assert citizen.do(script).replies == [last]


def test_the_form_asks_one_thing_after_the_other_and_opens_a_ticket(citizen: Any) -> None:
    steps = [
        ("open_ticket", "consent"),
        ("affirm", "contact_name"),
        (NAME, "contact"),
        (PHONE, "matter"),
        (MATTER, "reply_needed"),
    ]
    for word, slot in steps:
        answer = citizen.do(word)
        assert (answer.form, answer.slot, answer.replies) == ("ticket_form", slot, [f"action_ask_{slot}"])
    done = citizen.do("deny")
    assert (done.form, done.slot, done.replies) == (None, None, ["action_open_ticket"])
    slots = done.body["replies"][0]["data"]["slots"]
    assert (
        slots["consent"],
        slots["contact_name"],
        slots["contact"],
        slots["matter"],
        slots["reply_needed"],
    ) == (
        True,
        NAME[1:],
        PHONE[1:],
        MATTER[1:],
        False,
    )


def test_a_matter_known_from_the_conversation_is_not_asked_again(citizen: Any) -> None:
    citizen.say("unknown", matter="제 신청 건이 어떻게 되었나요?")
    assert citizen.do(f"affirm affirm {NAME} {PHONE}").slot == "reply_needed"


def test_a_channel_with_forms_of_its_own_shows_its_form(citizen: Any, another: Callable[[], Any]) -> None:
    channel = {"name": "web", "form": True}
    citizen.say("handoff", channel=channel)
    shown = citizen.say("affirm", channel=channel)
    assert (shown.replies, shown.form) == (["action_show_form"], None)
    assert another().say("open_ticket", channel=channel).replies == ["action_show_form"]
    assert another().say("open_ticket", channel={"name": "kakao", "form": False}).form == "ticket_form"


@pytest.mark.parametrize("state", [state for state, script in STATES.items() if "open_ticket" in script])
def test_stop_leaves_the_form_wherever_it_is_and_forgets_its_slots(state: str, citizen: Any) -> None:
    citizen.do(STATES[state])
    left = citizen.say("stop", "취소")
    assert (left.replies, left.form) == (["action_cancelled"], None)
    again = citizen.do("open_ticket")
    assert again.slot == "consent"
    assert citizen.do(f"affirm {NAME}").slot == "contact"


@pytest.mark.parametrize("script", ["check_ticket", "check_ticket =2026-1"])
def test_stop_leaves_the_status_form_and_forgets_its_slots(script: str, citizen: Any) -> None:
    assert citizen.do(f"{script} stop").replies == ["action_cancelled"]
    assert citizen.do("check_ticket").slot == "ticket_number"


def test_no_consent_means_no_form(citizen: Any) -> None:
    left = citizen.do("open_ticket deny")
    assert (left.replies, left.form) == (["action_cancelled"], None)


def test_a_question_in_mid_form_is_answered_and_the_form_asks_again(citizen: Any) -> None:
    answer = citizen.do("open_ticket faq")
    assert (answer.replies, answer.slot) == (["action_answer", "action_ask_consent"], "consent")
    answer = citizen.do(f"affirm {NAME} {PHONE} {MATTER} faq")
    assert (answer.replies, answer.slot) == (["action_answer", "action_ask_reply_needed"], "reply_needed")


@pytest.mark.parametrize("intent", [each for each in INTENTS if each.split("@")[0] not in NO_FREE_TEXT])
def test_a_name_is_taken_whatever_it_was_understood_as(intent: str, citizen: Any) -> None:
    citizen.do("open_ticket affirm")
    answer = citizen.say(intent, "안녕")
    assert (answer.replies, answer.slot) == (["action_ask_contact"], "contact")


@pytest.mark.parametrize("what", ["add", "objection", "withdraw", "check_ticket"])
@pytest.mark.parametrize("state", ["asked for a name", "asked for a contact", "asked for the matter"])
def test_a_button_about_a_ticket_is_no_answer_and_the_form_stays(state: str, what: str, citizen: Any) -> None:
    waiting = citizen.do(STATES[state]).slot
    answer = citizen.say(what if what == "check_ticket" else f"{what}@ticket={TICKET}", "이의 제기")
    assert answer.replies == ["action_default_fallback", f"action_ask_{waiting}"]
    assert answer.slot == waiting


@pytest.mark.parametrize("state", [state for state, script in STATES.items() if "open_ticket" in script])
def test_a_wish_for_a_person_keeps_the_form_which_is_the_way_to_one(state: str, citizen: Any) -> None:
    waiting = citizen.do(STATES[state]).slot
    answer = citizen.do("handoff")
    assert answer.replies == ["action_default_fallback", f"action_ask_{waiting}"]
    assert answer.slot == waiting


def test_a_person_instead_of_a_look_up_is_offered_a_ticket(citizen: Any) -> None:
    answer = citizen.do("check_ticket handoff")
    assert (answer.replies, answer.form) == (["action_cancelled", "action_offer_ticket"], None)
    assert citizen.do("affirm").slot == "consent"


def test_a_wrong_number_gets_a_hint_twice_and_the_third_ends_the_form(citizen: Any) -> None:
    citizen.do(f"open_ticket affirm {NAME}")
    for _ in range(2):
        answer = citizen.do("=12345")
        assert (answer.replies, answer.slot) == (["hint", "action_ask_contact"], "contact")
    given_up = citizen.do("=12345")
    assert (given_up.replies, given_up.form) == (["action_cancelled"], None)
    assert citizen.do(f"open_ticket affirm {NAME} =12345").replies == ["hint", "action_ask_contact"]


def test_a_right_number_after_a_wrong_one_goes_on(citizen: Any) -> None:
    assert citizen.do(f"open_ticket affirm {NAME} =12345 {PHONE}").slot == "matter"


def test_a_ticket_is_looked_up_with_number_and_phone(citizen: Any) -> None:
    done = citizen.do("check_ticket =2026-000123 [[phone:valid:1]]".replace(" [[", " =[["))
    assert (done.replies, done.form) == (["action_check_ticket"], None)
    assert done.body["replies"][0]["data"]["slots"]["ticket_number"] == "2026-000123"


def test_a_second_ticket_is_asked_from_the_beginning(citizen: Any) -> None:
    whole = f"open_ticket affirm {NAME} {PHONE} {MATTER} affirm"
    assert citizen.do(whole).replies == ["action_open_ticket"]
    assert citizen.do(whole).replies == ["action_open_ticket"]


# Kinds and times in the ticket's form


def test_a_kind_that_needs_no_time_is_asked_for_none_and_the_kind_itself_never(citizen: Any) -> None:
    assert citizen.do(ALL_BUT_REPLY).slot == "reply_needed"


def test_a_reservation_is_asked_for_a_time(citizen: Any) -> None:
    assert citizen.do(f"open_ticket affirm {NAME} {PHONE} {RESERVATION}").slot == "appointment"
    assert citizen.do(TIME).slot == "reply_needed"
    done = citizen.do("affirm")
    assert done.replies == ["action_open_ticket"]
    assert done.body["replies"][0]["data"]["slots"]["appointment"] == "2026-11-25T10:00:00+09:00"


def test_another_kind_is_picked_and_nothing_else_is_asked_again(citizen: Any) -> None:
    assert citizen.do(f"{ALL_BUT_REPLY} change_kind").slot == "kind"
    assert citizen.do("kind@kind=complaint").slot == "reply_needed"
    done = citizen.do("affirm")
    assert done.body["replies"][0]["data"]["slots"]["kind"] == "complaint"


def test_picking_a_reservation_asks_for_its_time_and_nothing_else(citizen: Any) -> None:
    assert citizen.do(f"{ALL_BUT_REPLY} change_kind kind@kind=reservation").slot == "appointment"
    assert citizen.do(TIME).slot == "reply_needed"


def test_a_time_that_somebody_else_took_is_the_only_thing_asked_again(citizen: Any) -> None:
    again = citizen.do(f"open_ticket affirm {NAME} {PHONE} {RESERVATION} slot@slot=taken affirm")
    assert (again.replies, again.slot) == (["action_open_ticket", "action_ask_appointment"], "appointment")
    assert citizen.do(f"{TIME} affirm").replies == ["action_open_ticket"]


# Words to the person in charge


@pytest.mark.parametrize("what", ["add", "objection"])
def test_words_to_staff_are_taken_whatever_they_mean(what: str, citizen: Any) -> None:
    assert citizen.do(f"{what}@ticket={TICKET}").slot == "words"
    done = citizen.say("faq", "복사기를 써도 되는지 물었습니다")
    assert (done.replies, done.form) == (["action_follow_up"], None)
    slots = done.body["replies"][0]["data"]["slots"]
    assert (slots["ticket"], slots["follow_up"]) == (TICKET, what)
    assert slots["words"] == "복사기를 써도 되는지 물었습니다"


def test_where_nothing_can_be_added_nothing_is_asked(citizen: Any) -> None:
    refused = citizen.do(f"objection@ticket={REFUSED}")
    assert (refused.replies, refused.form) == (["refused", "action_cancelled"], None)
    assert citizen.do("greet").replies == ["action_greet"]
    assert citizen.do(f"add@ticket={TICKET}").slot == "words"


def test_another_button_while_words_are_awaited_is_no_word(citizen: Any) -> None:
    citizen.do(f"add@ticket={TICKET}")
    assert citizen.say(f"objection@ticket={TICKET}", "이의 제기").slot == "words"
    done = citizen.do("=만족하지_않습니다")
    assert done.body["replies"][0]["data"]["slots"]["follow_up"] == "objection"


@pytest.mark.parametrize(
    ("intent", "last"),
    [
        ("stop", "action_cancelled"),
        ("handoff", "action_offer_ticket"),
        ("own_tickets", "action_own_tickets"),
        (f"withdraw@ticket={TICKET}", "action_ask_withdraw"),
    ],
)
def test_words_to_staff_can_be_left(intent: str, last: str, citizen: Any) -> None:
    left = citizen.do(f"add@ticket={TICKET} {intent}")
    assert (left.replies[-1], left.form) == (last, None)
    assert citizen.do("greet").replies == ["action_greet"]


def test_the_words_of_one_ticket_are_not_those_of_the_next(citizen: Any) -> None:
    citizen.do(f"objection@ticket={TICKET} =아쉽습니다")
    assert citizen.do("add@ticket=E-20261123-8G4L").slot == "words"
    done = citizen.do("=하나_더")
    slots = done.body["replies"][0]["data"]["slots"]
    assert (slots["ticket"], slots["follow_up"], slots["words"]) == ("E-20261123-8G4L", "add", "하나_더")
