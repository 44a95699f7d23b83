"""Those who use an installation: a citizen at the widget's API, one in KakaoTalk, and a member of staff."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from channels.fake import Button
from channels.kakao.fake import screen
from channels.kakao.limits import flaws
from tests.e2e.installation import Installation

UNKNOWN = "제 신청 건이 어떻게 되었는지 알고 싶습니다"
"""What only a person can answer."""
NUMBER = re.compile(r"E-\d{8}-[2-9A-HJ-NP-Z]{4}")
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Told:
    """What one message got for an answer."""

    replies: list[dict[str, Any]]
    seconds: float

    @property
    def kinds(self) -> list[str]:
        return [reply["kind"] for reply in self.replies]

    @property
    def text(self) -> str:
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def buttons(self) -> dict[str, str]:
        """Label → payload."""
        return {button["label"]: button["payload"] for reply in self.replies for button in reply["buttons"]}


class Citizen:
    """A visitor of the website, over plain HTTP."""

    def __init__(self, house: Installation) -> None:
        self.http = httpx.Client(base_url=f"{house.url}/api/chat", timeout=20, trust_env=False)
        self.http.headers["Authorization"] = f"Bearer {self.post('session', {}).json()['token']}"
        self.told = Told([], 0)

    def post(self, path: str, body: Any) -> httpx.Response:
        """One raw request."""
        return self.http.post(path, json=body)

    def say(self, text: str, payload: str | None = None, message_id: str = "") -> Told:
        """One message, typed or pressed."""
        body = {"id": message_id or str(uuid.uuid4()), "text": text, "payload": payload}
        begin = time.monotonic()
        response = self.post("messages", body)
        assert response.status_code == 200, response.text
        self.told = Told(response.json()["replies"], time.monotonic() - begin)
        return self.told

    def press(self, label: str) -> Told:
        """Press a button of the latest replies."""
        return self.say(label, self.told.buttons[label])

    def history(self, after: int = 0) -> list[dict[str, Any]]:
        """What was said so far."""
        return self.http.get("messages", params={"after": after}).json()["messages"]


@dataclass
class KakaoTold:
    """A skill's answer, as KakaoTalk shows it."""

    texts: list[str]
    buttons: dict[str, Button]
    seconds: float

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


@dataclass
class KakaoCitizen:
    """A friend of the channel in KakaoTalk."""

    house: Installation
    user: str = field(default_factory=lambda: uuid.uuid4().hex)
    told: KakaoTold = field(default_factory=lambda: KakaoTold([], {}, 0))

    def call(self, text: str, extra: dict[str, Any] | None = None, request_id: str = "") -> httpx.Response:
        """One raw skill call."""
        body = {
            "intent": {"id": "block", "name": "폴백 블록"},
            "userRequest": {
                "timezone": "Asia/Seoul",
                "params": {"surface": "Kakaotalk.plusfriend"},
                "block": {"id": "block", "name": "폴백 블록"},
                "utterance": text,
                "lang": "ko",
                "user": {"id": self.user, "type": "botUserKey", "properties": {"botUserKey": self.user}},
            },
            "bot": {"id": "bot", "name": "응대"},
            "action": {"id": "action", "name": "응대", "params": {}, "clientExtra": extra},
            "contexts": [],
        }
        headers = {
            "X-Request-Id": request_id or str(uuid.uuid4()),
            "X-Eungdae-Secret": self.house.secrets.kakao_secret,
        }
        return httpx.post(
            f"{self.house.url}/channels/kakao", json=body, headers=headers, timeout=20, trust_env=False
        )

    def say(self, text: str, extra: dict[str, Any] | None = None, request_id: str = "") -> KakaoTold:
        """One message, typed or pressed, answered inside Kakao's time."""
        begin = time.monotonic()
        response = self.call(text, extra, request_id)
        seconds = time.monotonic() - begin
        assert response.status_code == 200, response.text
        assert seconds < 4
        assert flaws(response.json()) == []
        shown = screen(response.json()["template"])
        self.told = KakaoTold(
            [f"{bubble.title}\n{bubble.text}".strip() for bubble in shown],
            {button.label: button for bubble in shown for button in bubble.buttons},
            seconds,
        )
        return self.told

    def press(self, label: str) -> KakaoTold:
        """Press a quick reply of the latest answer."""
        button = self.told.buttons[label]
        return self.say(button.said, {"payload": button.payload})


class Staff:
    """A member of staff at the console, without a browser."""

    def __init__(self, house: Installation) -> None:
        self.http = httpx.Client(
            base_url=f"{house.url}/staff", timeout=20, follow_redirects=True, trust_env=False
        )
        username, password = house.first_login
        self._send("/login", "/login", username=username, password=password)

    def page(self, path: str) -> str:
        """The HTML of a page."""
        return self.http.get(path).raise_for_status().text

    def reply(self, number: str, text: str) -> None:
        """Answer a ticket."""
        self._send(f"/tickets/{number}", f"/tickets/{number}/reply", text=text)

    def do(self, number: str, step: str, **fields: str) -> None:
        """Another step with a ticket: ask, tell, transfer, …"""
        self._send(f"/tickets/{number}", f"/tickets/{number}/{step}", **fields)

    def _send(self, page: str, path: str, **fields: str) -> None:
        csrf = _CSRF.search(self.page(page))
        assert csrf
        self.http.post(path, data={"csrf": csrf[1], **fields}).raise_for_status()
