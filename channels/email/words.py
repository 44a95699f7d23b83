"""The words of a letter: HTML becomes text, and what others wrote before is cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
_DATE: Final = re.compile(r"[\s*]*(?:보낸\s?날짜|보낸\s?시간|날짜|sent|date)\s*\**\s*:.*", re.IGNORECASE)
_TELLS_WHEN_OR_WHO: Final = re.compile(r"\d:\d\d|@")
_QUOTED: Final = re.compile(r"\s*>(?!\S{1,3}<)")
"""A quoted line; not somebody's face, as in ">_<"."""
_RULE: Final = re.compile(r"\s*[_\-=]{5,}\s*")
_BELOW: Final = re.compile(r"아래|밑에|하단|본문|사이사이|below|inline", re.IGNORECASE)
_DEVICE: Final = (
    r"(?:(?:i(?:phone|pad|pod|os)|아이폰|아이패드|galaxy|갤럭시|삼성|samsung|android|안드로이드|windows|xperia|pixel"
    r"|outlook|아웃룩|gmail|지메일|yahoo|naver|네이버|daum|다음|kakao|카카오|e?-?mail|메일|앱|app"
    r"|스마트폰|휴대폰|휴대전화|mobile|smartphone|phone|[a-z]?\d{1,3}|pro|max|plus|ultra|mini|flip|fold|note|용|for|on)"
    r"\s*){1,8}"
)
_SENT_FROM: Final = re.compile(
    rf"\s*(?:(?:(?:나의|내)\s)?{_DEVICE}에서\s?보냄\.?|{_DEVICE}앱에서\s?보냈습니다\.?"
    rf"|sent from (?:my )?{_DEVICE}\.?|(?:get )?outlook for (?:ios|android|mac|windows)(?: 다운로드| 받기)?"
    r")(?:\s*<https?://\S{1,200}>)?\s*",
    re.IGNORECASE,
)
"""What programs write by themselves; "...에서 보냈습니다" may be a person's answer."""
_SENTENCE: Final = re.compile(r".*(?:[다요까죠오]|[.?!~])\s*")
_LONGEST_LINE: Final = 500
"""Characters: a longer line introduces no quotation, and is no program's."""
_MOST_SIGNATURE, _LONGEST_SIGNATURE = 6, 60
"""Lines, and characters of each."""


def own_words(text: str, *, is_reply: bool) -> str:
    """What the sender wrote this time: an answer without quotations and signature, nothing a program added.

    What is in doubt is kept: a quotation too many is better than a word lost.
    """
    lines = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = _without_advertisement(_unquoted(lines) if is_reply else [*lines])
    own = _joined(_without_signature(kept) if is_reply else kept)
    return own or _joined([line for line in lines if not _QUOTED.match(line)])


def _unquoted(lines: list[str]) -> list[str | None]:
    """The lines, and None for each quotation; one that isn't marked line by line is all that follows."""
    last_marked = max((at for at, line in enumerate(lines) if _QUOTED.match(line)), default=-1)
    kept: list[str | None] = []
    at, answers_below = 0, False
    while at < len(lines):
        marked = bool(_QUOTED.match(lines[at]))
        length = 1 if marked else _introduction(lines[at : at + 10])
        to_the_end = at > last_marked
        if not length or (to_the_end and answers_below):
            kept.append(lines[at])
            answers_below |= bool(_BELOW.search(lines[at]))
            at += 1
            continue
        while not marked and kept and kept[-1] is not None and _is_space(kept[-1]):
            kept.pop()
        kept.append(None)
        at = len(lines) if to_the_end else at + length
    return kept


def _introduction(lines: list[str]) -> int:
    """How many of the lines introduce a quotation, beginning with the first."""
    line, *following = [line if len(line) <= _LONGEST_LINE else "" for line in lines]
    headers = next((at for at, one in enumerate(following) if not _BLOCK.fullmatch(one)), len(following))
    if _ORIGINAL.fullmatch(line):
        return 1 + headers
    if _wrote(line):
        return 1
    # A long sender's name folds the line in two.
    if following and following[0] and _wrote(f"{line} {following[0].strip()}"):
        return 2
    is_head = headers >= 2 and _FROM.fullmatch(line) and any(map(_DATE.fullmatch, following[:headers]))
    return 1 + headers if is_head else 0


def _wrote(line: str) -> bool:
    return bool(_WROTE.fullmatch(line) and _TELLS_WHEN_OR_WHO.search(line))


def _is_space(line: str) -> bool:
    return not line.strip() or bool(_RULE.fullmatch(line))


def _without_advertisement(lines: list[str | None]) -> list[str | None]:
    while lines and not (lines[-1] or "").strip():
        lines.pop()
    last = lines[-1] if lines else None
    own = last is not None and (len(last) > _LONGEST_LINE or not _SENT_FROM.fullmatch(last))
    return lines if own else lines[:-1]


def _without_signature(lines: list[str | None]) -> list[str | None]:
    at = next((at for at in range(len(lines) - 1, -1, -1) if lines[at] == "-- "), len(lines))
    signature = [line for line in lines[at + 1 :] if line is None or line.strip()]
    is_short = len(signature) <= _MOST_SIGNATURE and all(map(_signs, signature))
    return lines[:at] if is_short else lines


def _signs(line: str | None) -> bool:
    return line is not None and len(line) <= _LONGEST_SIGNATURE and not _SENTENCE.fullmatch(line)


def _joined(lines: Sequence[str | None]) -> str:
    own = "\n".join(line.rstrip() for line in lines if line is not None)
    return re.sub(r"\n{3,}", "\n\n", own).strip()
