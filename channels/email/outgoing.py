"""A letter to a citizen: the same words as text and as HTML, and headers that keep it in its thread."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Final

from channels.email.tokens import TicketTokens
from channels.layout import spoken
from channels.protocol import Delivery, Reply
from core.mail import Mail

_ID: Final = re.compile(r"<[!-;=?-~]{1,250}>")
_MOST_IDS: Final = 10
"""References beyond these are left out from the middle of a long thread."""
_LONGEST_SUBJECT: Final = 120
_RE: Final = re.compile(r"^(?:(?:re|답장|회신)\s?:\s*)+", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"\s*\[접수번호\s?[^\]]{1,30}\]")
_LINK: Final = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,!?)\]]")
_UNBROKEN: Final = re.compile(r"E-\d{8}-[0-9A-Z]{4}|(?<!\d)\d{2,4}-\d{3,4}-\d{4}(?!\d)")
"""Ticket numbers and telephones: read out by people, so no line ends in them."""
_MARK: Final = "이 메일에 그대로 회신하시면 담당자에게 전달됩니다."


@dataclass(frozen=True)
class Thread:
    """What an answer to a letter refers to."""

    id: str = ""
    before: Sequence[str] = ()
    subject: str = ""

    @classmethod
    def of(cls, message_id: str, before: Sequence[str], subject: str) -> Thread:
        """Of a citizen's letter; whatever can't stand in a header is left out."""
        ids = [one for one in before if _ID.fullmatch(one)]
        bare = _NUMBERED.sub("", _RE.sub("", subject)).strip()[:_LONGEST_SUBJECT]
        return cls(message_id if _ID.fullmatch(message_id) else "", ids[:1] + ids[1:][-_MOST_IDS:], bare)

    @classmethod
    def load(cls, kept: str) -> Thread:
        """As `dump` wrote it; an empty one for anything else."""
        try:
            return cls(**json.loads(kept))
        except (ValueError, TypeError):
            return cls()

    def dump(self) -> str:
        """As it is kept beside the conversation."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True)
class LetterHead:
    """Who writes: the institution's name, telephone and postal address, and its e-mail address."""

    name: str
    phone: str
    place: str
    address: str


def compose(delivery: Delivery, head: LetterHead, tokens: TicketTokens) -> Mail:
    """The letter that brings the replies; the same at each try."""
    thread = Thread.load(delivery.thread)
    token = f"+{tokens.make(delivery.number)}" if delivery.number else ""
    local, _, domain = head.address.rpartition("@")
    parts = _parts(delivery, head)
    headers = {"Reply-To": f"{local}{token}@{domain}", "X-Auto-Response-Suppress": "All"}
    headers["Auto-Submitted"] = "no" if delivery.by_person else "auto-replied"
    if thread.id:
        headers |= {"In-Reply-To": thread.id, "References": " ".join([*thread.before, thread.id])}
    return Mail(
        to=delivery.to,
        subject=_subject(thread, delivery, head),
        text="\n\n".join(parts) + f"\n\n-- \n{_foot(head)}\n",
        key=delivery.key + token,
        html=_html(parts, head),
        headers=headers,
    )


def _subject(thread: Thread, delivery: Delivery, head: LetterHead) -> str:
    about = f"Re: {thread.subject}" if thread.subject else f"{head.name} 답변 안내"
    return f"{about} [접수번호 {delivery.number}]" if delivery.number else about


def _parts(delivery: Delivery, head: LetterHead) -> list[str]:
    # Nothing can be pressed in a letter: what a citizen can do is told in words.
    told = [spoken(reply.model_copy(update={"buttons": []})) for reply in delivery.replies]
    invited = [_MARK] if delivery.number and not _tells_how(delivery.replies) else []
    return [f"안녕하십니까. {head.name}입니다.", *filter(None, told), *invited]


def _tells_how(replies: Sequence[Reply]) -> bool:
    return any("이 메일에 그대로 회신" in reply.text for reply in replies)


def _foot(head: LetterHead) -> str:
    return " · ".join(filter(None, [head.name, f"대표전화 {head.phone}", head.place]))


def _html(parts: Sequence[str], head: LetterHead) -> str:
    """Plain as the public service's pages: no picture, nothing that is fetched, readable at any width."""
    said = "".join(f'<p style="margin:0 0 20px">{_lines(part)}</p>' for part in parts)
    return (
        '<!doctype html><html lang="ko"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"></head>'
        '<body style="margin:0;padding:24px 16px;background:#f4f5f6">'
        '<div style="max-width:640px;margin:0 auto;padding:32px 24px;background:#fff;border-radius:8px;'
        "border-top:4px solid #256ef4;color:#1e2124;font-family:'Pretendard GOV',Pretendard,'Malgun Gothic',"
        "'Apple SD Gothic Neo',sans-serif;font-size:17px;line-height:1.6;word-break:keep-all;"
        f'overflow-wrap:anywhere">{said}'
        '<p style="margin:32px 0 0;padding-top:16px;border-top:1px solid #cdd1d5;color:#464c53;'
        'font-size:15px">'
        f"{_words(_foot(head))}</p></div></body></html>"
    )


def _lines(text: str) -> str:
    linked, end = [], 0
    for match in _LINK.finditer(text):
        url = escape(match[0])
        linked += [_words(text[end : match.start()]), f'<a href="{url}" style="color:#0b50d0">{url}</a>']
        end = match.end()
    return "".join([*linked, _words(text[end:])]).replace("\n", "<br>")


def _words(text: str) -> str:
    return _UNBROKEN.sub(r'<span style="white-space:nowrap">\g<0></span>', escape(text))
