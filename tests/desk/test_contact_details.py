from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.contact_details import parse_email, parse_name, parse_phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("010-1234-5678", "010-1234-5678"),
        ("01012345678", "010-1234-5678"),
        ("010 1234 5678", "010-1234-5678"),
        ("010.1234.5678", "010-1234-5678"),
        ("(010) 1234-5678", "010-1234-5678"),
        ("\uff10\uff11\uff10-\uff11\uff12\uff13\uff14-\uff15\uff16\uff17\uff18", "010-1234-5678"),
        ("010\u20131234\u20135678", "010-1234-5678"),
        ("010\u200b1234\u200b5678", "010-1234-5678"),
        ("+82 10-1234-5678", "010-1234-5678"),
        ("+82(0)10-1234-5678", "010-1234-5678"),
        ("82-10-1234-5678", "010-1234-5678"),
        ("0082-10-1234-5678", "010-1234-5678"),
        ("제 번호는 010-1234-5678입니다", "010-1234-5678"),
        ("011-123-4567", "011-123-4567"),
        ("02-123-4567", "02-123-4567"),
        ("02)1234-5678", "02-1234-5678"),
        ("031 123 4567", "031-123-4567"),
        ("070-1234-5678", "070-1234-5678"),
        ("0507-1234-5678", "0507-1234-5678"),
        ("0505-123-4567", "0505-123-4567"),
        ("080-123-4567", "080-123-4567"),
        ("1588-1234", "1588-1234"),
        ("16001234", "1600-1234"),
        ("1899 0000", "1899-0000"),
        ("+82 1588-1234", "1588-1234"),
    ],
)
def test_a_korean_number_is_brought_into_one_form(typed: str, kept: str) -> None:
    assert parse_phone(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", " ", "없음", "010-1234", "010-1234-567", "010-1234-56789", "02-000-1000", "112", "010-12a4-5678",
     "+1 650 253 0000", "900101-1234567", "010-1234-5678, 010-8765-4321", "\U0001f600" * 50, "\x00",
     "1" * 10_000],
)  # fmt: skip
def test_what_is_no_single_korean_number_is_refused(typed: str) -> None:
    assert parse_phone(typed) is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("홍길동", "홍길동"), ("  홍 길동 ", "홍 길동"), ("홍길동이요", "홍길동"),
        ("이름은 박서연", "박서연"),
        ("제 이름은 홍길동입니다.", "홍길동"), ("저는 이수진이라고 합니다", "이수진"),
        ("이수진입니다", "이수진"),
        ("이요", "이요"), ("김이", "김이"), ("John Smith", "John Smith"), ("남궁 민수예요", "남궁 민수"),
    ],
)  # fmt: skip
def test_a_name_is_found_in_the_words_around_it(typed: str, name: str) -> None:
    assert parse_name(typed) == name


@pytest.mark.parametrize("typed", ["", " ", "?", "...", "복사기 써도 되나요?", "010-1234-5678", "가" * 51])
def test_what_is_no_name_is_refused(typed: str) -> None:
    assert parse_name(typed) is None


@given(
    st.integers(0, 99_999_999),
    st.sampled_from(["", "-", " ", ".", " - "]),
    st.sampled_from(["0", "+82", "+82 ", "82-"]),
)
def test_every_mobile_number_is_the_same_in_every_dress(number: int, gap: str, prefix: str) -> None:
    digits = f"{number:08}"
    assert parse_phone(f"{prefix}10{gap}{digits[:4]}{gap}{digits[4:]}") == f"010-{digits[:4]}-{digits[4:]}"


@given(st.text())
def test_no_text_breaks_the_parsers_and_their_results_are_stable(text: str) -> None:
    for parse in (parse_phone, parse_email):
        if parsed := parse(text):
            assert parse(parsed) == parsed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("kim@example.com", "kim@example.com"),
        (" Kim.Cho+1@Example.CO.KR ", "Kim.Cho+1@example.co.kr"),
        ("kim@example.com으로 보내 주세요", "kim@example.com"),
        ("\uff4b\uff49\uff4d\uff20example.com", "kim@example.com"),
        ("메일은 kim@example.com.", "kim@example.com"),
    ],
)
def test_an_address_is_found_and_its_domain_lowered(typed: str, kept: str) -> None:
    assert parse_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "kim", "kim@", "@example.com", "kim@example", "kim@@example.com", "kim..cho@example.com",
     "kim@-a.com", "a@b.com, c@d.com", "a" * 65 + "@example.com", "kim@exa mple.com",
     "x@" + "a." * 5000 + "com"],
)  # fmt: skip
def test_what_is_no_single_address_is_refused(typed: str) -> None:
    assert parse_email(typed) is None
