"""What didn't reach a citizen is seen by whoever may answer, and sent again, another way, or by telephone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from channels.protocol import Abilities
from conversations import outbox
from conversations.models import OutboxItem
from tests.conversations.post import LATER, REFUSED, SENT, Post, items, opened
from tests.web.console.office import Office, done
from tests.web.console.world import Browser

ANSWER = "확인하여 처리했습니다."
MINE = {"phone": "010-1234-5678", "email": "hong@example.com"}


def page(number: str) -> str:
    return f"/staff/tickets/{number}"


def reached_by(office: Office, *names: str) -> None:
    for name in names:
        letters = Abilities(reach="push", inline=False, letters=True)
        office.below.channels[name] = Post(letters, name)


def ticket_of(office: Office, channel: str, **form: Any) -> str:
    """A ticket of lee's out of a conversation of that channel."""
    below = office.below
    done(below.conversations.receive(below.inbound("안녕하세요", channel=channel)))
    done(below.conversations.submit(channel, "u1", below.form(**(MINE | form))))
    return office._given_to("lee", "customer-support")


def carried(office: Office) -> None:
    while done(office.below.courier.round()):
        pass


def answered(office: Office, channel: str = "post", **form: Any) -> tuple[str, Browser]:
    number = ticket_of(office, channel, **form)
    carried(office)
    lee = office.signed_in("lee")
    if channel == "post":
        office.below.channels["post"].says.append(REFUSED)  # type: ignore[attr-defined]
    lee.submit(page(number), f"{page(number)}/reply", text=ANSWER)
    carried(office)
    return number, lee


def last(office: Office) -> OutboxItem:
    return items(office.below)[-1]


def act(lee: Browser, number: str, item: OutboxItem, name: str, **fields: str) -> Any:
    return lee.submit(page(number), f"{page(number)}/deliveries/{item.id}/{name}", **fields)


def test_a_reply_that_was_refused_stands_on_the_page_with_its_reason_and_in_the_bell(office: Office) -> None:
    opened(office.below)
    number, lee = answered(office)
    text = lee.get(page(number)).text
    for word in ("보내지 못한 답변", REFUSED.reason, ANSWER, "다시 보내기", "전화로 안내했습니다"):
        assert word in text
    assert "전달되지 않은 답변이 있습니다" in lee.get("/staff/notices").text


def test_sent_again_it_arrives_and_the_page_is_quiet(office: Office) -> None:
    post = opened(office.below)
    number, lee = answered(office)
    assert act(lee, number, last(office), "again").headers["location"].endswith("?done=resent")
    carried(office)
    assert post.texts.count(ANSWER) == 2
    assert "보내지 못한 답변" not in lee.get(page(number)).text
    assert ("delivery.again", number) in office.logged()


def test_another_way_is_offered_where_the_citizen_left_one(office: Office) -> None:
    opened(office.below)
    reached_by(office, "email", "sms")
    number, lee = answered(office)
    text = lee.get(page(number)).text
    assert "전자우편으로 보내기" in text
    assert "문자메시지로 알리기" in text
    act(lee, number, last(office), "other", route="email")
    carried(office)
    failed, letter = items(office.below)[-2:]
    assert (failed.state, letter.route, letter.state) == (outbox.CANCELLED, "email", outbox.SENT)
    assert office.below.channels["email"].texts == [ANSWER]  # type: ignore[attr-defined]
    assert ("delivery.other", number) in office.logged()


def test_told_on_the_telephone_it_is_noted_and_over(office: Office) -> None:
    opened(office.below)
    number, lee = answered(office)
    act(lee, number, last(office), "other", route="phone")
    assert last(office).state == outbox.CANCELLED
    text = lee.get(page(number)).text
    assert "보내지 못한 답변" not in text
    assert "전달되지 않은 답변을 전화로 안내했습니다." in text


@pytest.mark.parametrize("route", ["email", "sms", "post", "slack", ""])
def test_no_way_is_taken_that_is_not_open(office: Office, route: str) -> None:
    opened(office.below)
    number, lee = answered(office)
    assert act(lee, number, last(office), "other", route=route).status_code == 422
    assert last(office).state == outbox.FAILED


def test_what_is_done_already_is_not_done_twice(office: Office) -> None:
    opened(office.below)
    number, lee = answered(office)
    item = last(office)
    act(lee, number, item, "again")
    for name, fields in (("again", {}), ("other", {"route": "phone"})):
        assert act(lee, number, item, name, **fields).status_code == 409
    carried(office)
    assert last(office).state == outbox.SENT


def test_only_who_may_speak_to_the_citizen_sends_anything_again(office: Office) -> None:
    opened(office.below)
    number, _ = answered(office)
    item = last(office)
    cho = office.signed_in("cho")
    assert "다시 보내기" not in cho.get(page(number)).text
    assert act(cho, number, item, "again").status_code == 403
    assert act(office.signed_in("kim", role="auditor"), number, item, "again").status_code == 403
    assert last(office).state == outbox.FAILED


def test_another_tickets_letter_is_out_of_reach(office: Office) -> None:
    opened(office.below)
    answered(office)
    other = office.ticket(sender="somebody-else")
    lee = office.signed_in("lee")
    assert act(lee, other, last(office), "again").status_code == 404
    assert last(office).state == outbox.FAILED


def test_what_may_have_come_twice_is_told_for_a_while(office: Office) -> None:
    post = opened(office.below)
    number = ticket_of(office, "post")
    carried(office)
    post.says.extend([KeyError("broken"), SENT])
    lee = office.signed_in("lee")
    lee.submit(page(number), f"{page(number)}/reply", text=ANSWER)
    carried(office)
    assert "다시 보내는 중" not in lee.get(page(number)).text  # once is no news
    office.below.later(minutes=1)
    carried(office)
    assert "두 번 전달되었을 수 있음" in lee.get(page(number)).text
    office.below.later(days=8)
    assert "두 번 전달되었을 수 있음" not in office.signed_in("lee").get(page(number)).text


def test_what_is_tried_again_and_again_is_seen_meanwhile(office: Office) -> None:
    post = opened(office.below)
    number = ticket_of(office, "post")
    carried(office)
    post.says.extend([LATER] * 2)
    lee = office.signed_in("lee")
    lee.submit(page(number), f"{page(number)}/reply", text=ANSWER)
    for _ in range(2):
        carried(office)
        office.below.later(seconds=15)
    assert "다시 보내는 중 (2번 시도)" in lee.get(page(number)).text


class TestInAConversation:
    def test_what_the_bot_could_not_say_is_seen_and_sent_again(self, office: Office) -> None:
        post, below = opened(office.below), office.below
        post.says.append(REFUSED)
        done(below.conversations.receive(below.inbound("안녕하세요", channel="post")))
        carried(office)
        lee, talk = office.signed_in("lee"), below.conversation(channel="post").id
        address = f"/staff/conversations/{talk}"
        assert "전달되지 않은 말" in lee.get(address).text
        again = lee.submit(address, f"{address}/deliveries/{last(office).id}/again")
        assert again.headers["location"].endswith("?done=resent")
        carried(office)
        assert len(post.got) == 2
        assert "전달되지 않은 말" not in lee.get(address).text
        assert ("delivery.again", talk) in office.logged()

    def test_a_letter_about_a_ticket_is_that_pages_business(self, office: Office) -> None:
        opened(office.below)
        _, lee = answered(office)
        address = f"/staff/conversations/{office.below.conversation(channel='post').id}"
        assert "전달되지 않은 말" not in lee.get(address).text
        again = lee.submit(address, f"{address}/deliveries/{last(office).id}/again")
        assert again.status_code == 404


class TestTheWay:
    def test_where_nothing_can_be_pushed_staff_are_told_that_the_answer_waits(self, office: Office) -> None:
        number, lee = answered(office, "kakao")
        text = lee.get(page(number)).text
        assert "카카오톡에서는 고객이 다음에 말을 걸 때 답변이 전달됩니다. 급한 일은 전화로도" in text
        assert "고객의 다음 말을 기다림" in text
        assert "보내지 못한 답변" not in text
        assert "다음에 말을 걸 때" not in lee.get(page(office.ticket(sender="web-user"))).text

    def test_and_that_it_goes_by_e_mail_too(self, office: Office) -> None:
        reached_by(office, "email", "sms")
        number, lee = answered(office, "kakao")
        text = lee.get(page(number)).text
        assert "다음에 말을 걸 때 답변이 전달됩니다. 답변은 고객이 남긴 전자우편 주소로 보냅니다." in text
        assert "전자우편으로 보내기" not in text
        assert "문자메시지로 알리기" in text

    def test_what_waits_can_go_by_text_message_besides(self, office: Office) -> None:
        reached_by(office, "email", "sms")
        number, lee = answered(office, "kakao")
        waits = next(item for item in items(office.below) if item.state == outbox.WAITS)
        act(lee, number, waits, "other", route="sms")
        states = {item.route: item.state for item in items(office.below)}
        assert states == {"kakao": outbox.WAITS, "email": outbox.SENT, "sms": outbox.OWED}

    def test_who_wishes_to_hear_nothing_is_sent_nothing_besides(self, office: Office) -> None:
        reached_by(office, "email")
        below = office.below
        number = ticket_of(office, "kakao")
        done(below.conversations.receive(below.inbound("알림 끄기", "notify:none", channel="kakao")))
        lee = office.signed_in("lee")
        lee.submit(page(number), f"{page(number)}/reply", text=ANSWER)
        assert "전자우편으로 보내기" not in lee.get(page(number)).text
        assert act(lee, number, last(office), "other", route="email").status_code == 422

    def test_the_citizens_own_wish_is_shown(self, office: Office) -> None:
        opened(office.below)
        number = ticket_of(office, "post")
        below = office.below
        done(below.conversations.receive(below.inbound("알림 끄기", "notify:none", channel="post")))
        text = office.signed_in("lee").get(page(number)).text
        assert "고객이 알림을 받지 않기로 했습니다." in text
        assert re.search(r"<dt>답변 알림</dt><dd>받지 않음", text)

    def test_a_ticket_of_the_telephone_is_answered_by_e_mail_where_one_was_left(self, office: Office) -> None:
        reached_by(office, "email")
        number = office.by_phone(**MINE)
        lee = office.signed_in("lee")
        text = lee.get(page(number)).text
        assert "대화창이 없는 접수입니다. 답변은 고객이 남긴 전자우편 주소로 보냅니다." in text
        assert lee.submit(page(number), f"{page(number)}/reply", text=ANSWER).status_code == 303
        carried(office)
        assert office.below.channels["email"].texts == [ANSWER]  # type: ignore[attr-defined]
