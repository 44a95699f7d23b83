"""A reference stands in a text where personal data stood: `[[phone:valid:<id>]]`.

It tells the kind and whether the value is well-formed, so that a form can validate what it never sees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LABELS = {
    "phone": "전화번호",
    "email": "전자우편",
    "name": "성명",
    "matter": "용건",
    "rrn": "주민등록번호(삭제됨)",
    "card": "카드번호",
    "account": "계좌번호",
    "passport": "여권번호",
    "licence": "면허번호",
    "business": "사업자등록번호",
    "plate": "차량번호",
    "address": "주소",
    "code": "확인 번호",
}

_PATTERN = re.compile(rf"\[\[({'|'.join(LABELS)}):(valid|invalid):([0-9a-f]{{32}}|dropped)\]\]")


@dataclass(frozen=True)
class Reference:
    """Names one item of the vault."""

    kind: str
    valid: bool
    id: str

    def __str__(self) -> str:
        return f"[[{self.kind}:{'valid' if self.valid else 'invalid'}:{self.id}]]"


def references(text: str) -> list[Reference]:
    """All references in the text, in their order."""
    return [Reference(kind, state == "valid", item_id) for kind, state, item_id in _PATTERN.findall(text)]


def label(text: str) -> str:
    """The text with every reference replaced by a word that is safe to show anywhere."""
    return _PATTERN.sub(lambda match: f"({LABELS[match[1]]})", text)


def replace(text: str, values: dict[str, str]) -> str:
    """The text with each reference replaced by the value under its id, or by its label if there is none."""
    return _PATTERN.sub(lambda match: values.get(match[3], f"({LABELS[match[1]]})"), text)


def disarm(text: str) -> str:
    """What a citizen types can't pose as a reference: double brackets are parted."""
    return text.replace("[[", "[ [").replace("]]", "] ]")
