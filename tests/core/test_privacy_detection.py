"""Personal data is found however it is written, and ordinary text is left alone."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.privacy import redact
from core.privacy.detect import find

ZERO_WIDTH = "\u200b"

PHONES = [
    "010-1234-5678",
    "01012345678",
    "010 1234 5678",
    "010.1234.5678",
    "010  -  1234  -  5678",
    "010\n1234\n5678",
    "010–1234–5678",
    "010/1234/5678",
    "０１０－１２３４－５６７８",
    "010\u200b1234\u200b5678",
    "0\u200b1\u200b0\u200b1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7\u200b8",
    "010\ufeff-1234-\u20605678",
    "0 1 0 1 2 3 4 5 6 7 8",
    "011-123-4567",
    "016-123-4567",
    "017-123-4567",
    "018-123-4567",
    "019-1234-5678",
    "+82 10-1234-5678",
    "+82-10-1234-5678",
    "+821012345678",
    "0082-10-1234-5678",
    "82-10-1234-5678",
    "02-123-4567",
    "(02) 123-4567",
    "02)123-4567",
    "031-123-4567",
    "064-1234-5678",
    "0507-1234-5678",
    "0507 1234 5678",
    "050712345678",
    "0507\u200b1234\u200b5678",
    "080-123-4567",
    "080 123 4567",
    "0801234567",
    "070-1234-5678",
    "07012345678",
    "1588-1234",
    "1588 1234",
    "15881234",
    "1670-1234",
    "1899-1234",
    "공일공 일이삼사 오육칠팔",
    "공일공-일이삼사-오육칠팔",
    "공일공일이삼사오육칠팔",
    "영일영 일이삼사 오육칠팔",
    "공 일 공 일 이 삼 사 오 육 칠 팔",
    "010 일이삼사 오육칠팔",
    "공일공 1234 5678",
]
RESIDENT_NUMBERS = [
    "900101-1234567",  # its check digit fails, which since 2020 clears nobody
    "900101-1234568",
    "210315-3123456",
    "900101 1234567",
    "900101.1234567",
    "900101 - 1234567",
    "9001011234567",
    "９００１０１－１２３４５６７",
    "900101\u200b-\u200b1234567",
    "900101\u200b1234567",
    "9 0 0 1 0 1 - 1 2 3 4 5 6 7",
    "900101-5234567",  # a foreigner's
    "900101-8234567",
]
OTHERS = [
    ("전자우편", "hong@example.kr"),
    ("전자우편", "ｈｏｎｇ@example.kr"),
    ("카드번호", "4111 1111 1111 1111"),
    ("카드번호", "4111-1111-1111-1111"),
    ("카드번호", "4111.1111.1111.1111"),
    ("카드번호", "４１１１１１１１１１１１１１１１"),
    ("카드번호", "378282246310005"),
    ("카드번호", "3782 822463 10005"),
    ("카드번호", "3782-822463-10005"),
    ("카드번호", "3782\u200b822463\u200b10005"),
    ("계좌번호", "국민은행 123456-12-123456"),
    ("여권번호", "M12345678"),
    ("여권번호", "M123A4567"),
    ("면허번호", "11-22-123456-78"),
    ("면허번호", "11 22 123456 78"),
    ("사업자등록번호", "220-81-62517"),
    ("사업자등록번호", "123-45-67890"),
    ("차량번호", "12가 3456"),
    ("차량번호", "123가4567"),
    ("주소", "서울특별시 중구 세종대로 124"),
    ("주소", "경기도 성남시 분당구 판교역로 235"),
]
ORDINARY = [
    "2026-11-22",
    "2026년 11월 22일(일) 오후 2시 30분",
    "2026.11.22. 14:30~16:00",
    "2026-11-22 ~ 2026-12-31",
    "정부광고 수수료는 10 %인가요?",
    "3.5%, 0.1%",
    "1,234,567원",
    "12,000,000원을 냈습니다",
    "12345678원",
    "3억 5천만원",
    "언론진흥법 제10조 제2항 제3호",
    "저작권법 제28조의2",
    "법률 제12345호",
    "제2026-123호",
    "신청번호 2026-0012345",
    "E-20261122-7F3K",
    "접수번호 e 20261122 2345 입니다",
    "프레스센터 14층 1403호",
    "100-200명",
    "A4 100장을 복사기로",
    "코로나19, 일이 삼사 일 걸리나요?",
    "오늘 일이 많아서 이삼일 뒤에 갑니다",
    "https://www.example.kr/news/1234567",
    "😀 안녕하세요 👋🏽",
    "",
]


@pytest.mark.parametrize("written", PHONES)
def test_a_telephone_number_is_found_however_it_is_written(written: str) -> None:
    assert redact(f"제 번호는 {written} 입니다") == "제 번호는 (전화번호) 입니다"


@pytest.mark.parametrize("written", RESIDENT_NUMBERS)
def test_a_resident_number_is_found_however_it_is_written(written: str) -> None:
    assert redact(f"번호 {written} 확인") == "번호 (주민등록번호(삭제됨)) 확인"


@pytest.mark.parametrize(("label", "written"), OTHERS)
def test_other_personal_data_is_found(label: str, written: str) -> None:
    redacted = redact(f"확인: {written} 부탁드립니다")
    assert f"({label})" in redacted
    assert not any(character.isdigit() for character in redacted)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("tail", ["".join(t) for t in itertools.product("29", repeat=4)] + ["7F3K", "A2B3"])
def test_a_ticket_number_is_nobodys_telephone(tail: str) -> None:
    number = f"접수번호 E-20261122-{tail}"
    assert redact(number) == number


def test_several_in_one_text_are_all_found() -> None:
    text = "010-1234-5678이나 hong@example.kr, 900101-1234567"
    assert redact(text) == "(전화번호)이나 (전자우편), (주민등록번호(삭제됨))"


def test_a_number_stuck_to_korean_words_is_found() -> None:
    assert redact("전화는010-1234-5678번이고요") == "전화는(전화번호)번이고요"


@given(st.text(alphabet=st.sampled_from("0123456789-. ()+공일이가M@a.kr\u200b１[]시구로"), max_size=60))
def test_what_is_found_never_overlaps_and_stays_inside_the_text(text: str) -> None:
    end = 0
    for found in find(text):
        assert end <= found.start < found.end <= len(text)
        end = found.end


@given(st.text(max_size=200))
def test_no_text_breaks_the_search(text: str) -> None:
    redact(text)


def test_a_landline_with_the_check_digit_of_a_business_number_is_a_telephone_number() -> None:
    assert redact("0223718001") == "(전화번호)"


def test_a_ticket_number_is_no_account_even_with_a_banks_letters() -> None:
    assert redact("제 접수번호는 E-20261123-32MG입니다") == "제 접수번호는 E-20261123-32MG입니다"


SEPARATORS = st.sampled_from(["", "-", " ", ".", " - ", "–", ZERO_WIDTH, "·", f"-{ZERO_WIDTH}"])
WORDS = st.sampled_from(["", "제 번호는 ", "문의합니다. ", "연락처(", "☎ ", "복사기 3대, "])
AFTER = st.sampled_from(["", "입니다", " 로 전화 주세요", ")", ".", ", 10 %"])
DIGITS = "0123456789"


@given(
    WORDS, st.sampled_from(["010", "011", "02", "031", "070", "080", "0507"]), st.data(), SEPARATORS, AFTER
)
def test_no_run_of_a_telephone_numbers_digits_is_left(
    before: str, prefix: str, data: st.DataObject, separator: str, after: str
) -> None:
    middle = data.draw(st.text(DIGITS, min_size=4, max_size=4).filter(lambda t: t[0] not in "01"))
    last = data.draw(st.text(DIGITS, min_size=4, max_size=4))
    redacted = redact(before + separator.join([prefix, middle, last]) + after)
    assert redacted == f"{before}(전화번호){after}"


@given(
    st.dates(),
    st.sampled_from("12345678"),
    st.text(DIGITS, min_size=6, max_size=6),
    SEPARATORS,
    WORDS,
    AFTER,
)
def test_no_run_of_a_resident_numbers_digits_is_left(
    born, century: str, rest: str, separator: str, before: str, after: str
) -> None:
    redacted = redact(f"{before}{born.strftime('%y%m%d')}{separator}{century}{rest}{after}")
    assert redacted == f"{before}(주민등록번호(삭제됨)){after}"
