"""One call of an action: what the tracker says about the message, and how to speak."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from channels.protocol import Reply


def metadata(tracker: Tracker) -> dict[str, Any]:
    """What `conversations` sent along with the message."""
    return dict((tracker.latest_message or {}).get("metadata") or {})


def intent(tracker: Tracker) -> str:
    """The message's intent."""
    return str(((tracker.latest_message or {}).get("intent") or {}).get("name") or "")


def kind(tracker: Tracker) -> str:
    """What the message surely is, if it is no inquiry (`desk.kinds`)."""
    return str(metadata(tracker).get("kind") or "inquiry")


def entity(tracker: Tracker, name: str) -> str | None:
    """The value of the message's entity: which ticket, kind or slot a pressed button named."""
    found = (tracker.latest_message or {}).get("entities") or []
    return next((str(one["value"]) for one in found if one.get("entity") == name), None)


def message_text(tracker: Tracker) -> str:
    """What the citizen wrote, masked."""
    return str((tracker.latest_message or {}).get("text") or "")


def shows_form(tracker: Tracker) -> bool:
    """Whether the citizen's channel shows a whole form itself."""
    return bool((metadata(tracker).get("channel") or {}).get("form"))


def conversation_id(tracker: Tracker) -> str:
    """Rasa's sender is `<conversation id>.<session number>`."""
    return str(tracker.sender_id).partition(".")[0]


def say(dispatcher: CollectingDispatcher, replies: Iterable[Reply]) -> None:
    """Utter the replies."""
    for reply in replies:
        dispatcher.utter_message(json_message=reply.model_dump())
