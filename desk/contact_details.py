"""Telephone numbers and e-mail addresses as people type them, brought into one form each."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberFormat

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_PHONE_LIKE = re.compile(r"\+?\(?\d[\d\s.\-()/~_\u2010-\u2015\u2212\u00b7\uff0d]{5,}\d")
_LONGEST = 200
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
    return _national(number) if phonenumbers.is_valid_number_for_region(number, "KR") else None


def parse_email(text: str) -> str | None:
    """The one e-mail address in the text, its domain lowered; None for none, several or a wrong one."""
    found = _EMAIL.findall(_plain(text))
    if len(found) != 1:
        return None
    local, _, domain = found[0].partition("@")
    return f"{local}@{domain.lower()}" if len(local) <= 64 and len(domain) <= 180 else None


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])).strip()


def _national(number: phonenumbers.PhoneNumber) -> str:
    # 0507-1234-5678 is written in four digits here; the library cuts it as 050-71234-5678.
    digits = f"0{number.national_number}"
    if digits.startswith("050") and len(digits) >= 11:
        return f"{digits[:4]}-{digits[4:-4]}-{digits[-4:]}"
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
