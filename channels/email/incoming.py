"""A letter as it came, read with patience: mail programs of forty years have written it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import collapse_rfc2231_value, getaddresses
from functools import cached_property
from typing import Any, Final, TypeAlias

from channels.email.words import plain_of_html
from channels.protocol import InboundFile
from core.errors import Malformed

Part: TypeAlias = "Message[Any, Any]"

_MOST_HEADER: Final = 2000
"""Characters of a header that are read: nobody needs more."""
_ANSWERS: Final = re.compile(r"(?:re|답장|회신)\s?:", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:@\"]{1,64}@[^\s<>()\[\],;:@\"]{1,255}")
_LOGO: Final = 10 * 1024
"""Bytes: a smaller picture inside the text is decoration, or counts who reads."""
_KOREAN: Final = {"euc-kr", "euckr", "ks_c_5601-1987", "ks_c_5601", "ksc5601", "ksc_5601"}
"""What programs call it; what they write is Windows' larger set."""


_MOST_PARTS: Final = 500
_MOST_HEADERS: Final = 5000
"""Of all the parts together; the library takes a minute over what has many more."""


@dataclass(frozen=True)
class Letter:
    """One mail. Once it is read nothing raises, but `RecursionError` for parts without end."""

    message: Part

    @classmethod
    def read(cls, raw: bytes) -> Letter:
        """The mail in these bytes (RFC 5322); raises `Malformed` beyond what people send."""
        parts = headers = 0

        class Counted(Message):
            def __init__(self, *args: Any, **options: Any) -> None:
                nonlocal parts
                parts = _within(parts + 1, _MOST_PARTS)
                super().__init__(*args, **options)

            def set_raw(self, name: str, value: str) -> None:
                nonlocal headers
                headers = _within(headers + 1, _MOST_HEADERS)
                super().set_raw(name, value)

        return cls(BytesParser(Counted).parsebytes(raw))

    def header(self, name: str) -> str:
        """Decoded, on one line; empty without it."""
        return next(iter(self.headers(name)), "")

    def headers(self, name: str) -> list[str]:
        """All of that name, the uppermost first."""
        return [_decoded(value) for value in self._raw(name)]

    def addresses(self, *names: str) -> list[tuple[str, str]]:
        """Name and address of everybody in these headers."""
        # Parsed before it is decoded: an encoded name must not pose as an address.
        given = [value[:_MOST_HEADER] for name in names for value in self._raw(name)]
        found = getaddresses(given) if given else []
        known = [(_decoded(name), address) for name, address in found if _ADDRESS.fullmatch(address)]
        return known or [("", address) for value in given for address in _ADDRESS.findall(value)]

    @property
    def ids(self) -> list[str]:
        """The Message-IDs that it answers to, the nearest first."""
        nearest = self.header("In-Reply-To").split()
        return list(dict.fromkeys([*nearest, *reversed(self.header("References").split())]))

    @property
    def is_reply(self) -> bool:
        """Whether it answers a letter, so that it may quote one."""
        return bool(self.ids) or self.header("Subject").casefold().startswith(
            ("re:", "re :", "답장:", "회신:")
        )

    @cached_property
    def text(self) -> str:
        """What is written; a letter that is HTML alone as plain text."""
        parts = [part for part in self._leaves() if not _is_file(part)]
        plain = [_words(part) for part in parts if part.get_content_type() == "text/plain"]
        if any(words.strip() for words in plain):
            return "\n".join(plain)
        return "\n".join(plain_of_html(_words(p)) for p in parts if p.get_content_type() == "text/html")

    @cached_property
    def files(self) -> list[InboundFile]:
        """What is attached, and the pictures that stand in the text."""
        found = []
        for number, part in enumerate(self._leaves(), 1):
            content = _content(part)
            if content and _is_file(part) and not (_is_inside(part) and len(content) < _LOGO):
                kind = part.get_content_type()
                name = _file_name(part) or f"첨부{number}.{kind.partition('/')[2]}"
                found.append(InboundFile(name, kind, content))
        return found

    def _raw(self, name: str) -> list[str]:
        """As they were written; bytes beyond ASCII as surrogates."""
        return [str(value) for key, value in self.message.raw_items() if key.lower() == name.lower()]

    def _leaves(self) -> Iterator[Part]:
        """The parts that hold something; not those of a letter inside the letter."""
        waiting = [self.message]
        while waiting:
            part = waiting.pop(0)
            if part.get_content_maintype() == "multipart" and isinstance(part.get_payload(), list):
                waiting = [*part.get_payload(), *waiting]
            elif part.get_content_maintype() != "message":
                yield part


def _within(count: int, most: int) -> int:
    if count > most:
        raise Malformed("메일의 형식이 올바르지 않습니다.")
    return count


def _is_file(part: Part) -> bool:
    return bool(
        part.get_content_disposition() == "attachment"
        or _file_name(part)
        or part.get_content_maintype() not in ("text", "multipart")
    )


def _is_inside(part: Part) -> bool:
    return part.get_content_maintype() == "image" and part.get_content_disposition() != "attachment"


def _file_name(part: Part) -> str:
    given = part.get_param("filename", None, "content-disposition") or part.get_param("name", None)
    if isinstance(given, tuple):
        given = collapse_rfc2231_value(given)
    name = _decoded(given).replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable())[-120:]


def _content(part: Part) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError):
        return b""
    return content if isinstance(content, bytes) else b""


def _words(part: Part) -> str:
    return _in(_content(part), str(part.get_content_charset() or ""))


def _in(content: bytes, charset: str) -> str:
    """The bytes as text; a charset that is wrong or unknown costs letters, never the letter."""
    named = "cp949" if charset.lower() in _KOREAN else charset
    for codec in (named, "utf-8", "cp949"):
        try:
            return content.decode(codec or "utf-8")
        except (UnicodeError, LookupError, ValueError):
            continue
    return content.decode("utf-8", "replace")


def _decoded(value: object) -> str:
    """A header's text; RFC 2047 words opened, and raw Korean bytes guessed at."""
    if value is None:
        return ""
    raw = str(value)[:_MOST_HEADER]
    try:
        parts = decode_header(raw)
    except Exception:  # noqa: BLE001 - the library raises what it likes on broken words
        parts = [(raw, None)]
    words = "".join(_opened(part, charset) for part, charset in parts)
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def _opened(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, bytes):
        return _in(part, charset or "")
    return _in(part.encode("utf-8", "surrogateescape"), "") if not part.isascii() else part
