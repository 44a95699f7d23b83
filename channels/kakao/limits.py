"""What Kakao refuses to show: our fake judges our answers by it, as Kakao would."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_BUBBLE_BYTES = 30_720


def flaws(body: Mapping[str, Any]) -> list[str]:
    """Everything in a skill response that is against Kakao's limits; empty for a good one."""
    if body.get("version") != "2.0":
        return ["version"]
    if body.get("useCallback"):
        return [] if body.get("data", {}).get("text") else ["callback without words"]
    template = body.get("template", {})
    outputs, quick = template.get("outputs", []), template.get("quickReplies", [])
    found = [] if 1 <= len(outputs) <= 3 else [f"{len(outputs)} outputs"]
    found += [] if len(quick) <= 10 else [f"{len(quick)} quick replies"]
    found += [flaw for output in outputs for flaw in _of_output(output)]
    return found + [flaw for reply in quick for flaw in _of_button(reply, 14)]


def _of_output(output: Mapping[str, Any]) -> Iterator[str]:
    if len(json.dumps(output, ensure_ascii=False).encode()) > _BUBBLE_BYTES:
        yield "a bubble too large"
    match output:
        case {"simpleText": {"text": str(text)}}:
            yield from _length("text", text, 1000)
        case {"textCard": card}:
            yield from _of_text_card(card)
        case {"listCard": {"header": {"title": str(title)}, "items": items}}:
            yield from _length("header", title, 1000)
            yield from () if 1 <= len(items) <= 5 else (f"{len(items)} items",)
            for item in items:
                yield from _of_button(item | {"label": item.get("title", "")}, 1000)
        case _:
            yield f"output {sorted(output)}"


def _of_text_card(card: Mapping[str, Any]) -> Iterator[str]:
    title, description = card.get("title", ""), card.get("description", "")
    yield from _length("card", title + description, 400)
    if len(title) > 50:
        yield "a title too long"
    buttons: Sequence[Mapping[str, Any]] = card.get("buttons", ())
    most, longest = (2, 8) if card.get("buttonLayout") == "horizontal" else (3, 14)
    if len(buttons) > most:
        yield f"{len(buttons)} buttons"
    for button in buttons:
        yield from _of_button(button, longest)


def _of_button(button: Mapping[str, Any], longest: int) -> Iterator[str]:
    yield from _length("label", button.get("label", ""), longest)
    needs = {"message": "messageText", "webLink": "webLinkUrl", "phone": "phoneNumber", "block": "blockId"}
    action = str(button.get("action"))
    if action not in {*needs, "operator", "share"}:
        yield f"action {action}"
    elif action in needs and not button.get(needs[action]):
        yield f"{action} without {needs[action]}"


def _length(what: str, text: str, most: int) -> Iterator[str]:
    if not 1 <= len(text) <= most:
        yield f"{what} of {len(text)} characters"
