"""Letters as real mail programs write them become what their senders meant to say."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from channels.protocol import LARGEST_FILE, LONGEST_TEXT, Ignored, Inbound, Request, Undelivered
from core.errors import Forbidden, Malformed, Unauthorized
from tests.channels.email.reading import FIXTURES, NUMBER, TOKENS, channel, inbound, letter, parsed, read


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("plain_utf8", "자료실 복사기\n\n안녕하세요.\n복사기 써도 되나요?\n\n--\n홍길동 드림\n02-123-4567"),
        ("naver_euckr", "광고료 문의\n\n펲시 광고료가 궁금합니다."),
        ("gmail_reply", "아직 해결되지 않았습니다."),
        ("outlook_reply", "답변 감사합니다. 그런데 주말에도 되나요?"),
        ("naver_reply", "추가로 여쭙니다."),
        ("iphone", "네 알겠습니다."),
        ("html_only", "교육 신청 방법\n\n교육 신청은\n어떻게 하나요?\n\n수강료 & 기간도 알려 주세요."),
        ("with_files", "신청서 제출\n\n신청서를 첨부합니다. 확인 부탁드립니다."),
    ],
)
def test_what_the_sender_wrote_this_time_is_what_is_said(name: str, words: str) -> None:
    event = read(name)
    assert isinstance(event, Inbound)
    assert event.text == words


def test_a_name_in_the_old_korean_set_is_read_whole() -> None:
    event = read("naver_euckr")
    assert isinstance(event, Inbound)
    assert (event.name, event.address) == ("똠방각하", "hong@naver.example")


def test_a_sender_is_known_by_a_fingerprint_that_tells_no_address() -> None:
    first, again = inbound(letter(From="Hong@Example.com")), inbound(letter(From="홍 <hong@example.com>"))
    assert first.sender == again.sender != inbound(letter(From="kim@example.com")).sender
    assert len(first.sender) == 64
    assert "hong" not in first.sender


def test_attached_files_come_along_and_a_logo_does_not() -> None:
    event = read("with_files")
    assert isinstance(event, Inbound)
    assert [(file.name, file.content) for file in event.files] == [
        ("신청서.pdf", b"%PDF-1.4\n"),
        ("메모.txt", b"hello"),
    ]


async def test_the_bytes_of_a_file_are_at_hand() -> None:
    event = read("with_files")
    assert isinstance(event, Inbound)
    assert await channel().fetch(event.files[0]) == b"%PDF-1.4\n"


def test_a_letter_longer_than_a_message_loses_no_word() -> None:
    words = "긴 사연입니다. " * 400
    event = inbound(letter(words))
    assert len(event.text) <= LONGEST_TEXT
    assert "'메일 본문.txt'" in event.text
    assert event.files[0].content.decode() == words.strip()


def test_a_file_that_is_too_large_is_told_of() -> None:
    body = (
        "From: hong@example.com\nMessage-ID: <big@example.com>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\n확인 부탁드립니다.\n--b\n'
        "Content-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\n"
    ).encode() + b"x" * (LARGEST_FILE + 1)
    event = inbound(body + b"\n--b--\n")
    assert event.files == ()
    assert "첨부 파일 1개는 너무 크거나 많아" in event.text


def test_a_file_without_words_is_said_to_have_come() -> None:
    body = (
        "From: hong@example.com\nMIME-Version: 1.0\nContent-Type: application/pdf; name=a.pdf\n"
        "Content-Disposition: attachment; filename=a.pdf\n\n%PDF-1.4"
    )
    assert inbound(body).text == "(파일을 보냈습니다)"


def test_an_empty_letter_is_still_a_message() -> None:
    assert inbound(letter("")).text == "(내용이 없는 메일입니다)"


def test_a_second_delivery_has_the_same_id_and_a_letter_without_one_is_known_by_its_bytes() -> None:
    assert inbound(letter()).message_id == hashlib.sha256(b"<m-1@example.com>").hexdigest()
    first, again = inbound(letter("가", Message_ID="")), inbound(letter("가", Message_ID=""))
    assert first.message_id == again.message_id != inbound(letter("나", Message_ID="")).message_id


def test_an_answer_to_it_can_refer_to_the_whole_thread() -> None:
    event = read("gmail_reply")
    assert isinstance(event, Inbound)
    assert json.loads(event.thread) == {
        "id": "<gmail-1@mail.gmail.example>",
        "before": ["<plain-1@mail.example.com>", "<0123456789abcdef0123456789abcdef@example.kr>"],
        "subject": "자료실 복사기",
    }


@pytest.mark.parametrize("header", ["To", "Cc", "Delivered-To", "X-Original-To"])
def test_the_token_in_an_address_proves_the_ticket(header: str) -> None:
    address = f"help+{TOKENS.make(NUMBER)}@example.kr"
    assert inbound(letter(**{"To": "other@example.kr", header: address})).number == NUMBER
    assert inbound(letter(**{"To": "other@example.kr", header: address.upper()})).number == NUMBER


def test_a_mail_program_that_ignores_reply_to_still_tells_the_ticket_by_what_it_answers() -> None:
    ours = f"<{'0' * 32}+{TOKENS.make(NUMBER)}@example.kr>"
    assert inbound(letter(In_Reply_To=ours)).number == NUMBER
    assert inbound(letter(References=f"<x@y> {ours} <z@y>")).number == NUMBER


@pytest.mark.parametrize(
    "token",
    [
        TOKENS.make(NUMBER)[:-1] + "a" * 2,
        TOKENS.make(NUMBER).replace("7f3k", "7f3m"),
        NUMBER.lower(),
        f"{NUMBER.lower()}.",
        f"{NUMBER.lower()}.{'a' * 16}",
    ],
)
def test_a_token_that_was_tampered_with_proves_nothing(token: str) -> None:
    assert inbound(letter(To=f"help+{token}@example.kr")).number == ""


def test_a_forged_name_is_no_address() -> None:
    encoded = "=?utf-8?q?boss=40example=2Ekr=3E=2C?= <hong@example.com>"
    assert inbound(letter(From=encoded)).address == "hong@example.com"


@pytest.mark.parametrize(
    "name",
    ["auto_reply", "mailing_list", "delayed"],
)
def test_what_no_person_wrote_is_never_answered(name: str) -> None:
    assert isinstance(read(name), Ignored)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-generated"},
        {"Auto-Submitted": "auto-replied; owner-email=x"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"List-Id": "<x.example.com>"},
        {"List-Unsubscribe": "<mailto:x@example.com>", "Feedback-ID": "1:x"},
        {"X-Autoreply": "yes"},
        {"Return-Path": "<>"},
        {"From": "help@example.kr"},
        {"From": "help+e-20261124-7f3k.aaaaaaaaaaaaaaaa@example.kr"},
        {"From": "no-reply@example.com"},
        {"From": "noreply@example.com"},
        {"From": "MAILER-DAEMON@example.com"},
        {"Subject": "자동 응답: 휴가 중입니다", "In-Reply-To": "<ours@example.kr>"},
        {"Subject": "[부재중 자동회신] 출장", "References": "<ours@example.kr>"},
        {"Subject": "부재중: 다음 주에 확인하겠습니다", "In-Reply-To": "<ours@example.kr>"},
        {"Subject": "Automatic reply: help", "X-Auto-Response-Suppress": "All"},
        {"Subject": "Out of Office", "List-Unsubscribe": "<mailto:x@example.com>"},
        {"From": "not an address"},
    ],
)
def test_every_sign_of_a_program_is_heeded(headers: dict[str, str]) -> None:
    assert isinstance(parsed(letter(**headers)), Ignored)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "no"},
        {"Precedence": "first-class"},
        {"Subject": "자동차 광고 문의"},
        {"Subject": "부재중 전화를 받았습니다"},
        {"Subject": "자동응답 시스템이 고장났습니다"},
        {"Subject": "자동응답 시스템이 고장났습니다", "In-Reply-To": "<ours@example.kr>"},
        {"Subject": "자동응답: 고장 신고"},
        {"Subject": "Out of office furniture?", "X-Auto-Response-Suppress": "All"},
        {"List-Unsubscribe": "<mailto:x@example.com>"},
        {"Feedback-ID": "1:x"},
        {"Return-Path": "<hong@example.com>"},
        {"From": "noreen@example.com"},
    ],
)
def test_what_a_person_wrote_is_never_taken_for_a_programs(headers: dict[str, str]) -> None:
    assert isinstance(parsed(letter(**headers)), Inbound)


def test_a_bounce_tells_which_letter_came_back_and_why_without_the_address() -> None:
    assert read("bounce") == Undelivered("0123456789abcdef" * 2, "없는 주소입니다(5.1.1).")
    old = read("bounce_old_style")
    assert isinstance(old, Undelivered)
    assert old.key == "0123456789abcdef" * 2
    assert "@" not in old.reason


def test_a_bounce_of_somebody_elses_letter_is_left_alone() -> None:
    assert isinstance(parsed(letter("no key here", From="MAILER-DAEMON@x.example")), Ignored)


def test_a_forged_sender_is_known_by_what_our_own_server_wrote() -> None:
    results = "mx.example.kr; spf=fail; dmarc=fail (p=reject) header.from=example.com"
    trusting = {"trusted_results": "mx.example.kr"}
    assert isinstance(parsed(letter(Authentication_Results=results), **trusting), Ignored)
    assert isinstance(parsed(letter(Authentication_Results=results)), Inbound)
    theirs = results.replace("mx.example.kr", "mx.evil.example")
    assert isinstance(parsed(letter(Authentication_Results=theirs), **trusting), Inbound)


def test_who_hands_a_letter_over_must_know_the_secret() -> None:
    raw = letter().encode()
    with pytest.raises(Forbidden):
        channel().verify(Request(raw, {"x-eungdae-secret": ""}))
    for given_secret in ("", "s3cre", "é"):
        with pytest.raises(Unauthorized):
            channel(secret="s3cret").verify(Request(raw, {"x-eungdae-secret": given_secret}))
    channel(secret="s3cret").verify(Request(raw, {"x-eungdae-secret": "s3cret"}))


@pytest.mark.parametrize("raw", [b"", b"{", b"no header\n", b"Subject: x\n\nbody", b"\xff\xfe", b"\n\n"])
def test_bytes_that_are_no_letter_are_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        channel().parse(Request(raw))


_HEAD = "From: a@example.com\nIn-Reply-To: <a@b>\n"
_NESTED = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(1500))


@pytest.mark.parametrize(
    "made",
    [
        f"Content-Type: text/html\n\n{'<a ' * 200_000}",
        f"Content-Type: text/html\n\n{'<!--' * 200_000}",
        f"Content-Type: text/html\n\n{'<div>' * 100_000}x",
        f"\n{('a' * 450 + chr(10)) * 5_000}",
        f"\n{('2026. 1. 2. ' * 40 + chr(10)) * 5_000}",
        f"References: {'<a@b> ' * 50_000}\n\nx",
        f"Subject: {'=?utf-8?b?' * 50_000}\n\nx",
    ],
)
def test_what_was_made_to_hold_us_up_does_not(made: str) -> None:
    begun = time.process_time()
    inbound(_HEAD + made)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "made",
    [
        "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n" * 200_000,
        "X-Nothing: x\n" * 200_000,
    ],
)
def test_more_parts_or_headers_than_people_send_are_no_letter(made: str) -> None:
    begun = time.process_time()
    with pytest.raises(Malformed):
        inbound(_HEAD + made)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("parts", [_NESTED, "Content-Type: message/rfc822\n\n" * 1500])
def test_parts_within_parts_without_end_are_no_letter(parts: str) -> None:
    with pytest.raises(Malformed):
        inbound(f"{_HEAD}{parts}Content-Type: text/plain\n\nx")


HEADERS = st.sampled_from(
    ["From", "To", "Subject", "Message-ID", "References", "Content-Type", "Content-Transfer-Encoding",
     "Content-Disposition", "Auto-Submitted", "Date", "Return-Path"]
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["multipart/mixed; boundary=b", "multipart/report; report-type=delivery-status; boundary=b", "base64",
         "=?utf-8?b?####?=", "=?ks_c_5601-1987?Q?=FF=FE?=", "text/html; charset=x-unknown", "message/rfc822",
         "attachment; filename*=utf-8''%ff", "hong@example.com", "quoted-printable", "a@b, <c@d>;:(", "<>"]
    ),
)  # fmt: skip


@given(st.lists(st.tuples(HEADERS, VALUES), max_size=8), st.binary(max_size=300))
@example([("From", "a@b.c"), ("Content-Type", "multipart/mixed; boundary=b")], b"--b\n\n--b--\n--b\nx")
def test_no_letter_at_all_breaks_the_reader(headers: list[tuple[str, str]], body: bytes) -> None:
    head = "".join(f"{name}: {value}\n" for name, value in headers)
    with contextlib.suppress(Malformed):
        [event] = channel().parse(Request(head.encode("utf-8", "replace") + b"\n" + body))
        if isinstance(event, Inbound):
            assert 1 <= len(event.text) <= LONGEST_TEXT
            assert len(event.message_id) <= 80
            assert event.address.isascii()
            assert "\n" not in event.address + event.name


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.eml")), ids=lambda path: path.stem)
@given(cut=st.integers(0, 4000), flip=st.integers(0, 255))
@settings(max_examples=20)
def test_a_spoiled_letter_is_read_as_far_as_it_goes(path: Path, cut: int, flip: int) -> None:
    raw = bytearray(path.read_bytes())
    if cut < len(raw):
        raw[cut] = flip
    for damaged in (bytes(raw), bytes(raw[:cut])):
        with contextlib.suppress(Malformed):
            channel().parse(Request(damaged))
