"""Replies become bubbles of text with buttons, by what a channel can do: the adapters only translate them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from channels.protocol import Abilities, Button, Reply
from channels.text import length, shorten, split

_SHORTENED = "(내용이 길어 여기까지 안내해 드립니다. 나머지는 담당 부서에 요청해 주십시오.)"


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
    texts = _within([text for text in texts if text], closing(replies[-1]) if replies else "", can)
    if not texts:
        return []
    return [*(Bubble(text) for text in texts[:-1]), Bubble(texts[-1], _choices(offered, can))]


def spoken(reply: Reply, first: int | None = None) -> str:
    """Everything that the reply tells, in words; its buttons too, numbered from `first`."""
    lines = [reply.text]
    if first is not None:
        lines += [f"{number}. {button.label}" for number, button in enumerate(reply.buttons, first)]
    if last := closing(reply):
        lines.append(last)
    return "\n".join(lines)


def closing(reply: Reply) -> str:
    """What stands under the reply's text: who is responsible, what comes with it, who signs."""
    lines = []
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
    fitting = [(n, one) for n, one in enumerate(offered, 1) if len(one.payload.encode()) <= can.payload]
    newest = {button.label: (number, button) for number, button in fitting}
    kept = list(newest.values())[-can.buttons :] if can.buttons else []
    shown = Counter(shorten(button.label, can.label, can.unit) for _, button in kept)
    return tuple(
        Choice(_label(button.label, number, shown, can), button.label, button.payload)
        for number, button in kept
    )


def _label(label: str, number: int, shown: Counter[str], can: Abilities) -> str:
    """Labels that would read the same when they are cut begin with their numbers."""
    short = shorten(label, can.label, can.unit)
    return short if shown[short] == 1 else shorten(f"{number}. {label}", can.label, can.unit)


def _within(texts: list[str], last: str, can: Abilities) -> list[str]:
    """What is too much for the most bubbles is joined, and shortened only when even that is too long.

    Whoever reads a shortened text is told so, and keeps its `last` lines: whom to ask for the rest.
    """
    if can.bubbles is None or len(texts) <= can.bubbles:
        return texts
    first, rest = texts[: can.bubbles - 1], "\n\n".join(texts[can.bubbles - 1 :])
    if length(rest, can.unit) <= can.text:
        return [*first, rest]
    end = f"\n{_SHORTENED}\n{last}".rstrip()
    if length(end, can.unit) > can.text // 2:
        end = f"\n{_SHORTENED}"
    return [*first, shorten(rest, can.text - length(end, can.unit), can.unit) + end]
