"""Letters to citizens: the same words twice, in their thread, and never taken for a person's by a program."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.incoming import Letter
from channels.email.outgoing import Thread, compose
from channels.email.words import plain_of_html
from channels.protocol import Button, Delivery, Outcome, Reply, Request
from core import mail
from core.mail import Mail, Posted, SmtpMailer
from tests.channels.email.reading import HEAD, KEY, NUMBER, TOKENS, Pigeonhole, channel, letter, parsed

SIGNED = {"signed": {"name": "김담당", "title": "과장", "department": "총무팀", "phone": "02-000-1100"}}
ANSWER = Reply(kind="text", text="네, 쓰실 수 있습니다.\n<b>평일</b> 9시~18시 https://example.kr/a?b=1&c=2")
STAFF = Reply(
    kind="staff", text="확인했습니다.", data=SIGNED, buttons=[Button(label="덧붙이기", payload="add:1")]
)
THREAD = Thread.of("<m-1@example.com>", ["<m-0@example.com>"], "Re: 자료실 복사기 [접수번호 E-1]")


def delivery(*replies: Reply, **changes: Any) -> Delivery:
    return replace(Delivery(KEY, "hong@example.com", replies or (ANSWER,), thread=THREAD.dump()), **changes)


def composed(*replies: Reply, **changes: Any) -> Mail:
    return compose(delivery(*replies, **changes), HEAD, TOKENS)


def on_the_wire(one: Mail) -> EmailMessage:
    sent = SmtpMailer("127.0.0.1", 25, HEAD.address, HEAD.name)._letter(one).as_bytes()
    parsed_again = message_from_bytes(sent, _class=EmailMessage, policy=policy.default)
    assert isinstance(parsed_again, EmailMessage)
    return parsed_again


def test_an_answer_stays_in_its_thread() -> None:
    letter = on_the_wire(composed())
    assert letter["Subject"] == "Re: 자료실 복사기"
    assert letter["In-Reply-To"] == "<m-1@example.com>"
    assert letter["References"] == "<m-0@example.com> <m-1@example.com>"
    assert letter["Message-ID"] == f"<{KEY}@example.kr>"
    assert letter["Reply-To"] == "help@example.kr"


def test_a_letter_about_a_ticket_can_be_answered_to_the_ticket() -> None:
    sent = composed(number=NUMBER)
    letter = on_the_wire(sent)
    assert letter["Subject"] == f"Re: 자료실 복사기 [접수번호 {NUMBER}]"
    assert TOKENS.number_in([letter["Reply-To"]]) == NUMBER
    assert TOKENS.number_in([letter["Message-ID"]]) == NUMBER
    assert "이 메일에 그대로 회신하시면" in sent.text


def test_the_first_letter_of_all_has_a_subject_of_its_own() -> None:
    assert composed(thread="").subject == "한국언론재단(견본) 답변 안내"
    assert "In-Reply-To" not in composed(thread="").headers


def test_a_bots_letter_says_that_nobody_wrote_it_and_a_persons_does_not() -> None:
    assert composed().headers["Auto-Submitted"] == "auto-replied"
    assert on_the_wire(composed())["X-Auto-Response-Suppress"] == "All"
    assert on_the_wire(composed(STAFF, by_person=True))["Auto-Submitted"] == "no"


def test_text_and_html_say_the_same_and_the_html_is_only_words() -> None:
    letter = on_the_wire(composed(ANSWER, STAFF))
    text = letter.get_body(("plain",))
    html = letter.get_body(("html",))
    assert text is not None
    assert html is not None
    for words in ("네, 쓰실 수 있습니다.", "김담당 과장 · 총무팀 · 02-000-1100", "대표전화 02-2001-7114"):
        assert words in text.get_content()
        assert words in plain_of_html(html.get_content())
    assert "<b>" in text.get_content()
    assert "&lt;b&gt;평일&lt;/b&gt;" in html.get_content()
    assert 'href="https://example.kr/a?b=1&amp;c=2"' in html.get_content()
    assert "<img" not in html.get_content()


def test_what_could_be_pressed_elsewhere_is_not_shown() -> None:
    assert "덧붙이기" not in composed(STAFF).text


def test_our_own_letter_coming_back_is_known() -> None:
    again = parsed(on_the_wire(composed(number=NUMBER)).as_bytes())
    assert again.__class__.__name__ == "Ignored"


@given(st.text(max_size=100), st.text(max_size=100), st.lists(st.text(max_size=40), max_size=30))
def test_nothing_that_a_citizen_wrote_gets_a_header_of_its_own(
    subject: str, message_id: str, before: list[str]
) -> None:
    clean = Letter.read(letter(Subject=subject.replace("\r", " ").replace("\n", " ")).encode()).header(
        "Subject"
    )
    thread = Thread.of(message_id, before, clean)
    sent = SmtpMailer("h", 25, HEAD.address, HEAD.name)._letter(composed(thread=thread.dump())).as_bytes()
    names = {name.lower() for name, _ in message_from_bytes(sent).raw_items()}
    usual = {"content-type", "mime-version", "from", "to", "date", "message-id", "auto-submitted", "subject"}
    assert names <= usual | {"reply-to", "x-auto-response-suppress", "in-reply-to", "references"}


@pytest.mark.parametrize("kept", ["", "null", "[]", "{", '{"x": 1}', '"text"'])
def test_a_thread_that_cannot_be_read_starts_a_new_one(kept: str) -> None:
    assert Thread.load(kept) == Thread()


@pytest.mark.parametrize(
    ("posted", "outcome"),
    [
        (Posted(mail.Outcome.SENT), Outcome.SENT),
        (Posted(mail.Outcome.LATER, "바쁩니다.", uncertain=True), Outcome.LATER),
        (Posted(mail.Outcome.REFUSED, "없는 주소입니다(5.1.1)."), Outcome.REFUSED),
    ],
)
async def test_what_the_server_says_becomes_a_receipt(posted: Posted, outcome: Outcome) -> None:
    office = Pigeonhole()
    office.says = posted
    receipt = await channel(office).send(delivery())
    assert (receipt.outcome, receipt.reason, receipt.uncertain) == (outcome, posted.reason, posted.uncertain)


async def test_whoever_hands_a_letter_over_is_told_nothing() -> None:
    assert channel().render([ANSWER]) == {}
    assert channel().parse(Request(letter().encode()))
