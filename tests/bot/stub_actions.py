"""A stand-in for the action server: speaks rasa-sdk's protocol and has our actions' manners.

`python tests/bot/stub_actions.py PORT TOKEN` (0: a free port; prints it). Standard library only, so that it
runs in either environment. `POST /manners` takes {action: manner}, a manner being "fail", "silent", "rubbish"
or a delay in seconds; `GET /calls` lists [sender, action] of every call so far.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

SPOKEN: dict[str, dict[str, Any]] = {
    "action_answer": {"kind": "answer", "pending": "feedback"},
    "action_choices": {"kind": "choices"},
    "action_offer_ticket": {"kind": "offer"},
    "action_show_form": {"kind": "form", "pending": None},
    "action_open_ticket": {"kind": "ticket"},
    "action_greet": {"kind": "text"},
    "action_thanks": {"kind": "text"},
    "action_farewell": {"kind": "text"},
    "action_cancelled": {"kind": "text"},
    "action_find_staff": {"kind": "staff"},
    "action_check_ticket": {"kind": "status"},
    "action_feedback_yes": {"kind": "feedback", "pending": None},
    "action_own_tickets": {"kind": "status", "pending": None},
    "action_tell_staff": {"kind": "text", "pending": None},
    "action_follow_up": {"kind": "text"},
    "action_ask_withdraw": {"kind": "text", "pending": "withdraw"},
    "action_withdraw": {"kind": "text", "pending": None},
    "action_default_fallback": {"kind": "text"},
}
FORM_SLOTS = {
    "ticket_form": [
        "consent",
        "contact_name",
        "contact",
        "matter",
        "kind",
        "appointment",
        "reply_needed",
        "contact_tries",
    ],
    "follow_up_form": ["ticket", "follow_up", "words"],
    "status_form": ["ticket_number", "ticket_phone", "status_tries"],
}
CHECKED = {"contact": "contact_tries", "ticket_phone": "status_tries"}
MOST_TRIES = 3
REFUSED = "E-20261122-2222"
"""The ticket that nothing can be added to."""
TAKEN = "taken"
"""The time that somebody else has booked before the ticket is opened."""


def slot(name: str, value: Any) -> dict[str, Any]:
    """rasa-sdk's SlotSet."""
    return {"event": "slot", "name": name, "value": value, "timestamp": None}


def reply(name: str, tracker: dict[str, Any]) -> dict[str, Any]:
    """What an action says: its own name, so that a test can tell who spoke."""
    kind = SPOKEN.get(name, {}).get("kind", "text")
    latest = tracker["latest_message"]
    data = {"action": name, "intent": latest["intent"]["name"], "heard": latest["text"]}
    message = {"kind": kind, "text": name, "buttons": [], "data": data}
    return {
        "text": None,
        "buttons": [],
        "elements": [],
        "custom": message,
        "template": None,
        "response": None,
    }


def run(call: dict[str, Any]) -> dict[str, Any]:
    """One action call: events and responses."""
    name, tracker = call["next_action"], call["tracker"]
    if name.startswith("validate_"):
        return validate(name, tracker)
    events: list[dict[str, Any]] = []
    if name == "action_open_ticket" and tracker["slots"]["appointment"] == TAKEN:
        events = [slot("appointment", None), slot("reply_needed", None)]
        events.append({"event": "followup", "name": "ticket_form", "timestamp": None})
    elif name in ("action_cancelled", "action_open_ticket", "action_check_ticket", "action_follow_up"):
        emptied = [*(each for slots in FORM_SLOTS.values() for each in slots), "gave_up", "pending"]
        events = [slot(each, None) for each in emptied]
    elif name == "action_change_kind":
        return {"events": [slot("kind", None), slot("appointment", None)], "responses": []}
    elif name == "action_offer_ticket":
        shows_forms = tracker["latest_message"]["metadata"].get("channel", {}).get("form")
        matter = tracker["latest_message"]["metadata"].get("matter")
        events = [slot("pending", "inline_offer" if shows_forms else "offer"), slot("matter", matter)]
    elif name == "action_find_staff":
        asks = not tracker["latest_message"]["metadata"].get("departments")
        events = [slot("pending", "find_staff" if asks else None)]
    elif "pending" in SPOKEN.get(name, {}):
        events = [slot("pending", SPOKEN[name]["pending"])]
    said = reply(name, tracker)
    said["custom"]["data"]["slots"] = tracker["slots"]
    return {"events": events, "responses": [said]}


def validate(name: str, tracker: dict[str, Any]) -> dict[str, Any]:
    """As rasa-sdk's FormValidationAction: judges the slots that were set since the form was called."""
    candidates: dict[str, Any] = {}
    for event in reversed(tracker["events"]):
        if event["event"] != "slot":
            break
        candidates[event["name"]] = event["value"]
    events, responses = [], []
    for each, value in candidates.items():
        if each in ("matter", "kind") and value is not None:
            # As ours: a matter tells the kind, and only a reservation has a time.
            kind = value if each == "kind" else "reservation" if "예약" in value else "inquiry"
            appointment = None if kind == "reservation" else "none"
            events += [slot(each, value), slot("kind", kind), slot("appointment", appointment)]
            continue
        if each == "ticket" and value == REFUSED:
            events += [slot("ticket", None), slot("gave_up", True), slot("requested_slot", None)]
            responses.append(reply("refused", tracker))
            continue
        tries_slot = CHECKED.get(each)
        if tries_slot and value is not None and not value.startswith("[[phone:valid:"):
            tries = (tracker["slots"].get(tries_slot) or 0) + 1
            events += [slot(each, None), slot(tries_slot, tries)]
            if tries >= MOST_TRIES:
                events += [slot("gave_up", True), slot("requested_slot", None)]
            else:
                responses.append(reply("hint", tracker))
        else:
            events.append(slot(each, value))
    return {"events": events, "responses": responses}


class Stub:
    """An HTTP/1.1 server of some lines, keep-alive included."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.manners: dict[str, Any] = {}
        self.calls: list[list[str]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until the other side closes it."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                status, answer = await self.answer(lines[0].split()[1], headers, body)
                text = json.dumps(answer).encode()
                writer.write(
                    b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                    % (status, len(text))
                    + text
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        """Status and JSON of one request."""
        if path == "/calls":
            return 200, self.calls
        given = json.loads(body)
        if path == "/manners":
            self.manners = given
            return 200, {}
        if headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}
        return await self.act(given)

    async def act(self, given: dict[str, Any]) -> tuple[int, Any]:
        """Runs an action, in the manner that the test wants."""
        name = given["next_action"]
        if "domain" not in given or (name.startswith("validate_") and not given["domain"].get("forms")):
            return 500, {"error": "rasa-sdk 3.21 wants a domain", "action_name": name}
        self.calls.append([given["sender_id"], name])
        manner = self.manners.get(name)
        if manner == "fail":
            return 500, {"error": "broken on purpose", "action_name": name}
        if manner == "rubbish":
            return 200, {"events": "rubbish", "responses": 7}
        if manner == "silent":
            return 200, {"events": [], "responses": []}
        await asyncio.sleep(manner or 0)
        return 200, run(given)


async def main(port: int, token: str) -> None:
    """Serves until it is stopped."""
    server = await asyncio.start_server(Stub(token).serve, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
