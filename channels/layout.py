"""Replies become bubbles of text with buttons, by what a channel can do: the adapters only translate them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels.protocol import Abilities, Button, Reply
from channels.text import length, shorten, split


@dataclass(frozen=True)
class Choice:
    """A button as the channel shows it: `label` may be cut, `said` is the whole of it."""

    label: str
    said: str
    payload: str


@dataclass(frozen=True)
class Bubble:
    """One text, and what can be pressed under it."""

    text: str
    choices: tuple[Choice, ...] = ()


def bubbles(replies: Sequence[Reply], can: Abilities) -> list[Bubble]:
    """The replies inside the channel's limits. The newest buttons stand under the last bubble, each once.

    Where a label would be cut, or one is too many, all are written out with numbers, which can be typed.
    """
    offered = [button for reply in replies for button in reply.buttons]
    numbered = _must_be_numbered(offered, can)
    texts, number = [], 1
    for reply in replies:
        texts += split(spoken(reply, number if numbered else None), can.text, can.unit)
        number += len(reply.buttons)
    texts = _within([text for text in texts if text], can)
    if not texts:
        return []
    return [*(Bubble(text) for text in texts[:-1]), Bubble(texts[-1], _choices(offered, can))]


def spoken(reply: Reply, first: int | None = None) -> str:
    """Everything that the reply tells, in words; its buttons too, numbered from `first`."""
    lines = [reply.text]
    if first is not None:
        lines += [f"{number}. {button.label}" for number, button in enumerate(reply.buttons, first)]
    if reply.kind == "answer" and (department := reply.data.get("department")):
        lines.append(f"담당: {department['name']} {department['phone']}")
    for file in reply.data.get("files", ()):
        # A link without a host leads nowhere from a messenger.
        link = file["href"] if file["href"].startswith("http") else "담당자에게 요청하시면 보내 드립니다."
        lines.append(f"첨부 파일 {file['name']}: {link}")
    if str(calendar := reply.data.get("calendar")).startswith("http"):
        lines.append(f"내 일정에 담기: {calendar}")
    if person := reply.data.get("signed"):
        who = f"{person['name']} {person['title']}".strip()
        lines.append(f"— {who} · {person['department']} · {person['phone']}")
    return "\n".join(lines)


def _must_be_numbered(offered: Sequence[Button], can: Abilities) -> bool:
    return len(offered) > can.buttons or any(
        length(button.label, can.unit) > can.label or len(button.payload.encode()) > can.payload
        for button in offered
    )


def _choices(offered: Sequence[Button], can: Abilities) -> tuple[Choice, ...]:
    newest = {button.label: button for button in offered if len(button.payload.encode()) <= can.payload}
    kept = list(newest.values())[-can.buttons :] if can.buttons else []
    return tuple(
        Choice(shorten(button.label, can.label, can.unit), button.label, button.payload) for button in kept
    )


def _within(texts: list[str], can: Abilities) -> list[str]:
    """What is too much for the most bubbles is joined, and shortened only when even that is too long."""
    if can.bubbles is None or len(texts) <= can.bubbles:
        return texts
    first, rest = texts[: can.bubbles - 1], texts[can.bubbles - 1 :]
    return [*first, shorten("\n\n".join(rest), can.text, can.unit)]
