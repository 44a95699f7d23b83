"""Telephone numbers and e-mail addresses as people type them, brought into one form each."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberFormat

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_PHONE_LIKE = re.compile(r"\+?\(?\d[\d\s.\-()/~_\u2010-\u2015\u2212\u00b7\uff0d]{5,}\d")
_LONGEST = 200
LONGEST_NAME = 50
_AROUND_A_NAME = re.compile(
    r"^(?:(?:제|저의|내) )?(?:이름은?|성함은?|성명은?|저는)[ :]+"
    r"|(?<=\w\w)(?:이?라고 합니다|입니다|이에요|예요|이요)?[.!~ ]*$"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-@])"
    r"[A-Za-z0-9_%+\-]+(?:\.[A-Za-z0-9_%+\-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
    r"(?![A-Za-z0-9\-@])(?!\.[A-Za-z0-9])"
)


def parse_phone(text: str) -> str | None:
    """The one Korean telephone number in the text as "010-1234-5678"; None for none, several or a wrong one.

    Mobile, landline, 070, 050x, 080 and 15xx/16xx/18xx, with or without +82.
    """
    found = _PHONE_LIKE.findall(_plain(text))
    if len(found) != 1:
        return None
    digits = re.sub(r"[^\d+]", "", found[0])
    try:
        number = phonenumbers.parse(re.sub(r"^00(?=82)", "+", digits), "KR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number_for_region(number, "KR") or _lacks_a_digit(number):
        return None
    return _national(number)


def parse_name(text: str) -> str | None:
    """The name in "제 이름은 홍길동입니다"; None for a question, a number or what is far too long."""
    name = _AROUND_A_NAME.sub("", " ".join(_plain(text).split()))
    whole = re.search(r"\w", name) and not re.search(r"[?？]|\d{3}", name)
    return name if whole and len(name) <= LONGEST_NAME else None


def parse_email(text: str) -> str | None:
    """The one e-mail address in the text, its domain lowered; None for none, several or a wrong one."""
    found = _EMAIL.findall(_plain(text))
    if len(found) != 1:
        return None
    local, _, domain = found[0].partition("@")
    return f"{local}@{domain.lower()}" if len(local) <= 64 and len(domain) <= 180 else None


def _lacks_a_digit(number: phonenumbers.PhoneNumber) -> bool:
    """Every 010 number has eight digits after it; the library still knows shorter ones."""
    digits = str(number.national_number)
    return digits.startswith("10") and len(digits) < 10


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])).strip()


def _national(number: phonenumbers.PhoneNumber) -> str:
    # 0507-1234-5678 is written in four digits here; the library cuts it as 050-71234-5678.
    digits = f"0{number.national_number}"
    if digits.startswith("050") and len(digits) >= 11:
        return f"{digits[:4]}-{digits[4:-4]}-{digits[-4:]}"
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
