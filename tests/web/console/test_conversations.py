"""Listening to a live conversation, taking it over, speaking, giving it back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.web.console.world import Browser, Talk, World

HTMX = {"HX-Request": "true"}
PAGE = "/staff/conversations/c1"


@pytest.fixture
def talk(world: World) -> Talk:
    one = world.desk.put(Talk("c1"))
    world.desk.add("c1", "citizen", "복사기 써도 되나요?")
    world.desk.add("c1", "bot", "네, 쓰실 수 있습니다.", faq_id="visit.copier", decision="answer")
    return one


def test_the_list_shows_who_answers_and_the_last_words(world: World, lee: Browser, talk: Talk) -> None:
    page = lee.get("/staff/conversations").text
    assert "네, 쓰실 수 있습니다." in page
    assert re.search(r'챗봇과 대화</h2><span class="tag">1건', page)


def test_who_waits_for_a_person_comes_first_with_the_time_and_can_be_taken_at_once(
    world: World, lee: Browser, talk: Talk
) -> None:
    talk.state, talk.waiting_since = "waiting", world.clock.now() - timedelta(minutes=65)
    page = lee.get("/staff/conversations").text
    assert "1시간 5분째 대기" in page
    assert page.index("1시간 5분째") < page.index("직원과 대화")
    assert f'action="{PAGE}/take-over"' in page
    assert "고객이 담당자를 기다리고 있습니다" in lee.get(PAGE).text


def test_the_time_of_waiting_goes_on_by_itself(world: World, lee: Browser, talk: Talk) -> None:
    talk.state, talk.waiting_since = "waiting", world.clock.now()
    seen = lee.get("/staff/conversations").text.split("live?seen=")[1].split('"')[0]
    assert lee.get(f"/staff/conversations/live?seen={seen}").status_code == 204
    world.later(minutes=2)
    assert "2분째 대기" in lee.get(f"/staff/conversations/live?seen={seen}").text


def test_an_auditor_sees_who_waits_but_takes_nobody(world: World, talk: Talk) -> None:
    talk.state, talk.waiting_since = "waiting", world.clock.now()
    auditor = world.signed_in("cho", "auditor")
    assert "take-over" not in auditor.get("/staff/conversations").text
    assert "whisper" not in auditor.get(PAGE).text
    assert auditor.submit(PAGE, f"{PAGE}/whisper", text="몰래").status_code == 403
    assert auditor.submit(PAGE, f"{PAGE}/typing").status_code == 403


def test_a_whisper_is_for_staff_alone_and_needs_no_holding(world: World, lee: Browser, talk: Talk) -> None:
    assert lee.submit(PAGE, f"{PAGE}/whisper", text="지난달에도 같은 문의가 있었습니다.").status_code == 303
    said = lee.submit(PAGE, f"{PAGE}/whisper", headers=HTMX, text="확인해 보겠습니다.")
    assert (said.status_code, said.headers["HX-Trigger"]) == (204, "said")
    page = lee.get(PAGE).text
    assert "지난달에도 같은 문의가 있었습니다." in page
    assert "귓속말</span>" in page
    assert talk.messages[-1].author == "whisper"
    assert world.logged()[-1][1:] != ("conversation.say", "c1")
    assert ("conversation.whisper", "c1") in [line[1:] for line in world.logged()]
    assert lee.submit(PAGE, f"{PAGE}/whisper", headers=HTMX, text=" ").status_code == 422


def test_two_who_look_at_one_conversation_see_each_other_and_who_types(
    world: World, lee: Browser, talk: Talk
) -> None:
    kim = world.signed_in("kim")
    assert "이 대화를 보고" not in kim.get(PAGE).text
    assert "<b>김담당 팀장</b> 님도 이 대화를 보고 있습니다" in lee.get(PAGE).text
    people = kim.get(f"{PAGE}/people/live").text
    assert "이안내 주임" in people
    seen = people.split("seen=")[1].split('"')[0]
    assert kim.get(f"{PAGE}/people/live?seen={seen}").status_code == 204
    world.app.state.presence.typing("c1", "citizen")
    assert "고객이 입력하고 있습니다" in kim.get(f"{PAGE}/people/live?seen={seen}").text
    world.later(seconds=20)
    assert "<b>" not in kim.get(f"{PAGE}/people/live?seen={seen}").text


def test_an_empty_list_of_conversations_says_so(lee: Browser) -> None:
    assert "진행 중인 대화가 없습니다" in lee.get("/staff/conversations").text


def test_the_list_of_conversations_is_sent_again_only_when_it_has_changed(
    world: World, lee: Browser, talk: Talk
) -> None:
    seen = lee.get("/staff/conversations").text.split("live?seen=")[1].split('"')[0]
    assert lee.get(f"/staff/conversations/live?seen={seen}").status_code == 204
    world.desk.add("c1", "citizen", "고맙습니다")
    assert "고맙습니다" in lee.get(f"/staff/conversations/live?seen={seen}").text


def test_a_conversation_tells_why_the_bot_said_what_it_said(lee: Browser, talk: Talk) -> None:
    assert "즉시 답변 · “복사기를 쓸 수 있나요?”" in lee.get(PAGE).text


def test_only_new_messages_are_sent_and_only_when_there_are_any(
    world: World, lee: Browser, talk: Talk
) -> None:
    assert lee.get(f"{PAGE}/live?after=2").status_code == 204
    world.desk.add("c1", "citizen", "한 가지 더요")
    fresh = lee.get(f"{PAGE}/live?after=2").text
    assert "한 가지 더요" in fresh
    assert "복사기 써도 되나요" not in fresh
    assert "live?after=3" in fresh


def test_reading_new_messages_leaves_a_line_and_an_idle_poll_none(
    world: World, lee: Browser, talk: Talk
) -> None:
    before = len(world.logged())
    lee.get(f"{PAGE}/live?after=2")
    assert len(world.logged()) == before
    lee.get(f"{PAGE}/live?after=1")
    assert world.logged()[-1][1:] == ("conversation.read", "c1")


def test_taking_over_speaking_and_giving_back(world: World, lee: Browser, talk: Talk) -> None:
    assert f"{PAGE}/say" not in lee.get(PAGE).text
    assert lee.submit(PAGE, f"{PAGE}/take-over").headers["location"] == f"{PAGE}?done=taken"
    assert talk.state == "person"
    assert "제가 대화하고 있습니다" in lee.get(PAGE).text

    said = lee.submit(PAGE, f"{PAGE}/say", headers=HTMX, text="안녕하세요, 담당자입니다.")
    assert said.status_code == 204
    assert said.headers["HX-Trigger"] == "said"
    assert lee.submit(PAGE, f"{PAGE}/say", text="무엇을 도와드릴까요?").status_code == 303
    assert "무엇을 도와드릴까요?" in lee.get(PAGE).text

    assert lee.submit(PAGE, f"{PAGE}/give-back").headers["location"] == f"{PAGE}?done=given"
    assert talk.state == "bot"
    actions = [action for _, action, _ in world.logged() if action.startswith("conversation.")]
    assert {"conversation.take_over", "conversation.say", "conversation.give_back"} <= set(actions)


def test_whoever_finds_a_colleague_there_is_asked_first(world: World, lee: Browser, talk: Talk) -> None:
    world.signed_in("kim").submit(PAGE, f"{PAGE}/take-over")
    assert "김담당 팀장" in lee.get(PAGE).text
    asked = lee.submit(PAGE, f"{PAGE}/take-over")
    assert asked.status_code == 409
    assert "넘겨받으시겠습니까?" in asked.text
    assert talk.person
    assert talk.person.name == "김담당"
    assert lee.submit(f"{PAGE}?ask=1", f"{PAGE}/take-over", confirmed="yes").status_code == 303
    assert talk.person.name == "이안내"


def test_who_lost_the_conversation_can_neither_speak_nor_give_it_back(
    world: World, lee: Browser, talk: Talk
) -> None:
    lee.submit(PAGE, f"{PAGE}/take-over")
    world.signed_in("kim").submit(PAGE, f"{PAGE}/take-over", confirmed="yes")
    spoken = lee.submit(PAGE, f"{PAGE}/say", headers=HTMX, text="아직 저예요")
    assert spoken.status_code == 409
    assert spoken.headers["HX-Retarget"] == "#alerts"
    assert "다른 사람이 대화하고 있습니다" in spoken.text
    assert lee.submit(PAGE, f"{PAGE}/say", text="아직 저예요").status_code == 409
    assert lee.submit(PAGE, f"{PAGE}/give-back").status_code == 409
    assert "아직 저예요" not in [message.text for message in talk.messages]


def test_nothing_empty_is_said(lee: Browser, talk: Talk) -> None:
    lee.submit(PAGE, f"{PAGE}/take-over")
    assert lee.submit(PAGE, f"{PAGE}/say", headers=HTMX, text=" ").status_code == 422


def test_a_conversation_without_its_token_is_not_taken(lee: Browser, talk: Talk) -> None:
    assert lee.post(f"{PAGE}/take-over").status_code == 403
    assert lee.post(f"{PAGE}/take-over", headers={"X-CSRF-Token": "guessed"}).status_code == 403
    assert talk.state == "bot"


def test_a_conversation_that_is_not_there_is_a_friendly_page(lee: Browser) -> None:
    assert lee.get("/staff/conversations/nobody").status_code == 404
    assert lee.get("/staff/conversations/nobody/live?after=0", headers=HTMX).headers["HX-Reswap"] == "none"


def test_a_ticket_and_its_conversation_lead_to_each_other(world: World, lee: Browser, talk: Talk) -> None:
    number = world.ticket(conversation_id="c1")
    assert f'href="/staff/tickets/{number}"' in lee.get(PAGE).text
    assert f'href="{PAGE}"' in lee.get(f"/staff/tickets/{number}").text


def test_a_ticket_whose_conversation_is_gone_still_opens(world: World, lee: Browser) -> None:
    assert lee.get(f"/staff/tickets/{world.ticket(conversation_id='gone')}").status_code == 200
