"""What the sender wrote is kept whole; what they didn't write this time is cut off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.words import own_words, plain_of_html

MINE = "주말에도 여나요?"


@pytest.mark.parametrize(
    "quoted",
    [
        "2026년 11월 24일 (화) 오전 10:05, 재단 <help@example.kr>님이 작성:\n\n> 네.",
        "2026년 11월 24일 (화) 오전 10:05, 아주 긴 이름의 재단\n<help@example.kr>님이 작성:\n\n> 네.",
        "2026. 11. 24. 오전 10:05, 재단 <help@example.kr> 작성:\n\n> 네.",
        "On Tue, Nov 24, 2026 at 10:05 AM 재단 <help@example.kr> wrote:\n\n> 네.",
        "On Tue, Nov 24, 2026 at 10:05 AM\n재단 <help@example.kr> wrote:\n> 네.",
        "-----Original Message-----\nFrom: 재단\nSent: 오늘\n\n네.",
        "----- 원본 메시지 -----\n보낸사람: 재단\n\n네.",
        "---------- 원본 메일 ----------\n네.",
        "보낸 사람: 재단 <help@example.kr>\n보낸 날짜: 오늘\n받는 사람: 홍길동\n제목: Re\n\n네.",
        "**보낸 사람:** 재단\n**보낸 날짜:** 오늘\n**받는 사람:** 홍길동\n**제목:** Re\n\n네.",
        "From: help@example.kr\nSent: today\nTo: hong@example.com\nSubject: Re\n\n네.",
        "________________________________\nFrom: help@example.kr\nDate: today\nTo: x\n네.",
        "> 네.\n> 감사합니다.",
    ],
)
def test_a_quotation_is_cut_however_it_begins(quoted: str) -> None:
    assert own_words(f"{MINE}\n\n{quoted}", is_reply=True) == MINE


@pytest.mark.parametrize("is_reply", [True, False])
@pytest.mark.parametrize(
    "ending",
    ["나의 iPhone에서 보냄", "내 Galaxy에서 보냄", "Sent from my iPhone", "Get Outlook for iOS",
     "네이버 메일앱에서 보냈습니다.", "삼성 Galaxy 스마트폰에서 보냄", "iOS용 Outlook에서 보냄",
     "Get Outlook for Android<https://aka.ms/x>", "Sent from my Galaxy S24 Ultra"],
)  # fmt: skip
def test_what_a_mail_program_adds_is_cut(ending: str, is_reply: bool) -> None:
    assert own_words(f"{MINE}\n\n{ending}\n", is_reply=is_reply) == MINE


@pytest.mark.parametrize("is_reply", [True, False])
@pytest.mark.parametrize(
    "said",
    [
        "신청서는 지난주 회사에서 보냈습니다.",
        "서류를 총무팀에서 보냄",
        "나의 회사에서 보냄",
        "네이버에서 보냈습니다.",
        "나의 iPhone에서 보냄\n이라고 적힌 메일이 안 옵니다.",
        "Sent from the ministry yesterday",
        "--\n신청번호 12\n--\n급합니다.",
        "-- \n급합니다. 꼭 전화 주십시오.",
        "-- \n" + "하나\n" * 7 + "둘",
        ">_< 도와주세요",
    ],
)
def test_what_only_looks_like_a_signature_is_kept(said: str, is_reply: bool) -> None:
    assert own_words(f"{MINE}\n\n{said}", is_reply=is_reply) == f"{MINE}\n\n{said}".replace("-- \n", "--\n")


def test_a_signature_is_cut_from_an_answer_and_kept_in_a_first_letter_which_tells_who_writes() -> None:
    signed = f"{MINE}\n\n-- \n홍길동\n02-1234-5678"
    assert own_words(f"{signed}\n\n> 네.", is_reply=True) == MINE
    assert own_words(signed, is_reply=False) == signed.replace("-- ", "--")


def test_words_under_the_quotation_are_no_part_of_the_signature_above_it() -> None:
    text = f"{MINE}\n-- \n홍길동\n> 언제 오시나요?\n내일"
    assert own_words(text, is_reply=True) == f"{MINE}\n--\n홍길동\n내일"


def test_answers_between_quoted_lines_are_kept() -> None:
    assert (
        own_words("> 언제 오시나요?\n내일요.\n> 몇 분이세요?\n둘입니다.", is_reply=True)
        == "내일요.\n둘입니다."
    )


@pytest.mark.parametrize(
    "introduction",
    [
        "2026년 11월 24일 (화) 오전 10:05, 재단 <help@example.kr>님이 작성:",
        "2026년 11월 24일 (화) 오전 10:05, 재단\n<help@example.kr>님이 작성:",
        "On Tue, Nov 24, 2026 at 10:05 AM 재단 <help@example.kr> wrote:",
        "-----Original Message-----\nFrom: 재단\nSent: 오늘",
    ],
)
def test_answers_between_quoted_lines_under_an_introduction_are_kept(introduction: str) -> None:
    text = (
        f"안녕하세요.\n\n{introduction}\n> 언제 오시나요?\n내일요.\n> 몇 분이세요?\n둘입니다.\n> 감사합니다."
    )
    assert own_words(text, is_reply=True) == "안녕하세요.\n내일요.\n둘입니다."


@pytest.mark.parametrize(
    "text",
    [
        "아래에 답을 적었습니다.\n\n-----Original Message-----\nFrom: 재단\n언제 오시나요?\n내일요.",
        "공문을 옮겨 적습니다.\n발신: 시청\n수신: 재단\n제목: 협조\n협조 바랍니다.",
        "담당자님이 작성:\n다시 내라고 하셨습니다.",
    ],
)
def test_in_doubt_a_quotation_is_kept(text: str) -> None:
    assert own_words(text, is_reply=True) == text


@pytest.mark.parametrize(
    "text",
    [
        "보낸 사람: 김철수\n보낸 날짜: 어제\n받는 사람: 저\n제목: 광고\n\n재단에서 보낸 것인가요?",
        "2026년 11월 24일에 신청서를 작성했습니다. 확인 부탁드립니다.",
        "감사합니다.\n그런데 한 가지 더 여쭙니다.",
        "-----\n목록\n-----\n하나",
    ],
)
def test_a_first_letter_is_never_cut(text: str) -> None:
    assert own_words(text, is_reply=False) == text


def test_a_sentence_with_a_date_begins_no_quotation() -> None:
    text = "2026년 11월 24일에 신청서를 작성했습니다. 그 뒤로 소식이 없습니다.\n확인해 주세요."
    assert own_words(text, is_reply=True) == text


def test_what_would_leave_nothing_is_not_cut() -> None:
    assert own_words("나의 iPhone에서 보냄", is_reply=True) == "나의 iPhone에서 보냄"


@given(st.text(max_size=300), st.booleans())
def test_words_are_found_again_whatever_they_are(text: str, is_reply: bool) -> None:
    own = own_words(text, is_reply=is_reply)
    assert own == own.strip()
    assert set(own.split()) <= set(text.replace("\r", "\n").split())


@given(st.text(max_size=300))
def test_no_html_breaks_the_reader(html: str) -> None:
    plain_of_html(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>가</p>" * 10 + "<![x",
        "<!DOCTYPE",
        "<blockquote>" * 2000 + "깊이",
        "</p></p></script>",
        "&#xD800;<b",
    ],
)
def test_broken_html_is_read_as_far_as_it_goes(html: str) -> None:
    assert isinstance(plain_of_html(html), str)


def test_what_a_browser_would_not_show_is_not_read() -> None:
    html = "<head><style>p{}</style><body><!-- <p>주석</p> --><p>가 &amp; <b>나</b></p><script>x()</script>"
    assert plain_of_html(html) == "가 & 나"


def test_a_quoted_block_of_html_is_marked_as_in_plain_letters() -> None:
    html = "<div>주말에도 여나요?</div><blockquote><div>네.</div><blockquote>옛글</blockquote></blockquote>"
    assert plain_of_html(html).splitlines()[0] == "주말에도 여나요?"
    assert own_words(plain_of_html(html), is_reply=True) == "주말에도 여나요?"
