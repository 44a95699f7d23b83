"""The words of a letter: HTML becomes text, and what others wrote before is cut off."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*>|<[!?/][^<>]*>", re.IGNORECASE)
_SILENT: Final = {"script", "style", "head", "title", "template"}
_BREAKS: Final = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote"}
_DEEPEST: Final = 5
LONGEST: Final = 200_000
"""Characters of a letter that are looked at: no person writes more."""


def plain_of_html(html: str) -> str:
    """What a reader of the HTML sees, line by line; quoted blocks get the ">" of plain letters.

    Read in one pass, since the library's own parser takes minutes over what was made to hold it up.
    """
    first, *after_comments = html[: 5 * LONGEST].split("<!--")
    html = first + "".join(part.partition("-->")[2] for part in after_comments)
    lines: list[list[str]] = [[]]
    silent = quoted = end = 0
    for tag in [*_TAG.finditer(html), None]:
        words = unescape(html[end : tag.start() if tag else len(html)])
        if words and not silent:
            lines[-1] += [words] if lines[-1] else ["> " * min(quoted, _DEEPEST), words]
        if tag is None:
            break
        end, closes, name = tag.end(), bool(tag[1]), (tag[2] or "").lower()
        silent = 0 if name == "body" else _counted(silent, name in _SILENT, closes)
        if name in _BREAKS:
            lines.append([])
        quoted = _counted(quoted, name == "blockquote", closes)
    return _joined([_one_line("".join(line)) for line in lines])


def _counted(depth: int, counts: bool, closes: bool) -> int:
    return max(0, depth + (-counts if closes else counts))


def _one_line(text: str) -> str:
    bare = " ".join(text.split())
    return "" if not bare.strip("> ") else bare


_ORIGINAL: Final = re.compile(
    r"\s*[-_=*]{2,}\s*(?:original message|원본\s?(?:메시지|메일|이메일|메세지)|원문)\s*[-_=*]*\s*",
    re.IGNORECASE,
)
_WROTE: Final = re.compile(
    r"\s*(?:"
    r"on\b.{6,200}\bwrote\s*:"
    r"|\d{4}\s*[년.]\s*\d{1,2}\s*[월.]\s*\d{1,2}.{0,200}(?:작성|쓴\s?글|썼습니다|보낸\s?메일|wrote)\s*:"
    r"|.{0,200}님이\s?(?:\d.{0,80})?(?:작성|쓰신\s?글|작성하였습니다)\s*:"
    r")\s*",
    re.IGNORECASE,
)
_BLOCK: Final = re.compile(
    r"[\s*]*(?:보낸\s?사람|보낸\s?날짜|보낸\s?시간|받는\s?사람|발신|수신|참조|날짜|제목|from|sent|date|to|cc|subject)"
    r"\s*\**\s*:.*",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"[\s*]*(?:보낸\s?사람|발신|from)\s*\**\s*:.*", re.IGNORECASE)
_RULE: Final = re.compile(r"\s*[_\-=]{5,}\s*")
_SENT_FROM: Final = re.compile(
    r"\s*(?:(?:나의|내)\s.{1,40}에서\s?보냄|.{1,40}에서\s?보(?:냄|냈습니다)\.?|sent from .{1,60}"
    r"|get outlook for .{1,60}|outlook for .{1,60}|보낸\s?사람\s?갤럭시)\s*",
    re.IGNORECASE,
)
_LONGEST_LINE: Final = 500
"""Characters: a longer line introduces no quotation."""


def own_words(text: str, *, is_reply: bool) -> str:
    """What the sender wrote this time: without quotations (of a reply alone), signature and advertisement.

    Where nothing would be left, nothing is cut but the quoted lines.
    """
    lines = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = _before_quotation(lines) if is_reply else lines
    unquoted = [line for line in kept if not (is_reply and line.lstrip().startswith(">"))]
    own = _joined(_without_signature(unquoted))
    return own or _joined([line for line in lines if not line.lstrip().startswith(">")])


def _before_quotation(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if len(line) <= _LONGEST_LINE and _begins_quotation(line, lines[at + 1 : at + 5]):
            before = lines[:at]
            while before and (not before[-1].strip() or _RULE.fullmatch(before[-1])):
                before.pop()
            return before
    return lines


def _begins_quotation(line: str, following: list[str]) -> bool:
    if _ORIGINAL.fullmatch(line) or _WROTE.fullmatch(line):
        return True
    # A long sender's name folds the line in two.
    if (
        following
        and len(following[0]) <= _LONGEST_LINE
        and _WROTE.fullmatch(f"{line} {following[0].strip()}")
    ):
        return True
    return bool(_FROM.fullmatch(line)) and sum(bool(_BLOCK.fullmatch(one)) for one in following) >= 2


def _without_signature(lines: list[str]) -> list[str]:
    end = next((at for at, line in enumerate(lines) if line in ("-- ", "--")), len(lines))
    return [line for line in lines[:end] if not _SENT_FROM.fullmatch(line)]


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
