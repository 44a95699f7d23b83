"""A real Rasa behind a stand-in for the action server: one for the whole run, or one of a test's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
STUB = Path(__file__).with_name("stub_actions.py")
RASA_TOKEN, ACTIONS_TOKEN = "rasa-token-of-the-tests", "actions-token-of-the-tests"
START_S = 90


@dataclass
class Answer:
    """What the gateway said."""

    status: int
    body: dict[str, Any]

    @property
    def replies(self) -> list[str]:
        """The stub's replies carry the name of the action that spoke."""
        return [reply["text"] for reply in self.body["replies"]]

    @property
    def slot(self) -> str | None:
        return self.body["awaiting"]["slot"]

    @property
    def form(self) -> str | None:
        return self.body["awaiting"]["form"]


@dataclass
class Rasa:
    """`python -m bot.serve` as a child process."""

    python: Path
    folder: Path
    actions_url: str
    models: Path
    tracker_url: str = ""
    process: subprocess.Popen[bytes] | None = None
    url: str = ""
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    def __post_init__(self) -> None:
        self.database = self.folder / "rasa.sqlite3"
        self.tracker_url = self.tracker_url or f"sqlite:///{self.database}"
        self.log = self.folder / "rasa.log"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "EUNGDAE_RASA_PORT": "0",
            "EUNGDAE_RASA_TOKEN": RASA_TOKEN,
            "EUNGDAE_ACTIONS_URL": self.actions_url,
            "EUNGDAE_ACTIONS_TOKEN": ACTIONS_TOKEN,
            "EUNGDAE_TRACKER_URL": self.tracker_url,
            "EUNGDAE_RASA_MODELS": str(self.models),
        }

    def start(self) -> Rasa:
        """Starts it and waits until it is healthy."""
        with self.log.open("ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen(
                [self.python, "-m", "bot.serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for _ in range(START_S * 10):
            said = self.log.read_bytes()[begin:].decode()
            if self.process.poll() is not None:
                raise AssertionError(f"Rasa ended: {said}")
            if "listening on" in said:
                self.url = "http://" + said.split("listening on ")[1].split()[0]
                if self.is_healthy():
                    return self
            time.sleep(0.1)
        raise AssertionError(f"Rasa didn't start: {self.log.read_text()}")

    def is_healthy(self) -> bool:
        try:
            return self.client.get(f"{self.url}/webhooks/gateway/health").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)

    def post(self, body: Any, token: str | bytes = RASA_TOKEN, **options: Any) -> httpx.Response:
        """One raw request to the gateway."""
        authorization = b"Bearer " + (token.encode() if isinstance(token, str) else token)
        headers = {"Authorization": authorization, "Content-Type": "application/json"}
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.client.post(f"{self.url}/webhooks/gateway/message", headers=headers, **sent, **options)


@dataclass
class Citizen:
    """One conversation with a Rasa."""

    rasa: Rasa
    sender: str = field(default_factory=lambda: f"{uuid.uuid4().hex}.1")

    def say(self, intent: str, text: str = "말", *, message_id: str = "", **metadata: Any) -> Answer:
        """One message, understood as `intent`; with `intent@entity=value` a button that has a value."""
        intent, _, entity = intent.partition("@")
        name, _, value = entity.partition("=")
        entities = [{"entity": name, "value": value}] if entity else []
        understanding = {"intent": {"name": intent, "confidence": 0.9}, "entities": entities}
        body = {
            "sender": self.sender,
            "message_id": message_id or uuid.uuid4().hex,
            "text": text,
            "retry": False,
            "metadata": {"understanding": understanding, **metadata},
        }
        response = self.rasa.post(body)
        return Answer(response.status_code, response.json())

    def do(self, script: str) -> Answer:
        """Several messages: intents, and `=text` for a text of no known intent. Returns the last answer."""
        for word in script.split():
            answer = self.say("unknown", word[1:]) if word.startswith("=") else self.say(word)
            assert answer.status == 200, (word, answer)
        return answer


@dataclass
class Stub:
    """The stand-in for the action server."""

    url: str

    def behave(self, **manners: Any) -> None:
        """Makes actions fail, be silent, talk rubbish or take their time; the others behave."""
        httpx.post(f"{self.url}/manners", json=manners).raise_for_status()

    def calls_for(self, sender: str) -> list[str]:
        """The actions called for one conversation, in order."""
        return [action for who, action in httpx.get(f"{self.url}/calls").json() if who == sender]


@pytest.fixture(scope="session")
def rasa_python() -> Path:
    """The interpreter of Rasa's environment."""
    python = Path(os.environ.get("EUNGDAE_RASA_PYTHON", ROOT / ".venv-rasa" / "bin" / "python"))
    if not python.exists():
        pytest.skip(f"Rasa's environment isn't there ({python})")
    return python


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of models for the whole run: Rasa is trained once."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def stub_process() -> Iterator[Stub]:
    process = subprocess.Popen([sys.executable, STUB, "0", ACTIONS_TOKEN], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    yield Stub(f"http://127.0.0.1:{int(process.stdout.readline())}")
    process.kill()
    process.wait()


@pytest.fixture
def stub(stub_process: Stub) -> Iterator[Stub]:
    """The action server, well-behaved again after each test."""
    yield stub_process
    stub_process.behave()


@pytest.fixture(scope="session")
def rasa(
    rasa_python: Path, models: Path, stub_process: Stub, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rasa]:
    """The Rasa that most tests share."""
    shared = Rasa(rasa_python, tmp_path_factory.mktemp("rasa"), f"{stub_process.url}/webhook", models)
    yield shared.start()
    shared.stop()


@pytest.fixture
def own_rasa(rasa_python: Path, models: Path, stub: Stub, tmp_path: Path) -> Iterator[Callable[..., Rasa]]:
    """Makes a Rasa that a test may kill: `own_rasa().start()`."""
    made: list[Rasa] = []

    def make(actions_url: str = "", tracker_url: str = "") -> Rasa:
        made.append(Rasa(rasa_python, tmp_path, actions_url or f"{stub.url}/webhook", models, tracker_url))
        return made[-1]

    yield make
    for each in made:
        each.stop(signal.SIGKILL)


@pytest.fixture
def citizen(rasa: Rasa, stub: Stub) -> Citizen:
    """Somebody who was never here before."""
    return Citizen(rasa)


@pytest.fixture
def another(rasa: Rasa) -> Callable[[], Citizen]:
    """More of them."""
    return lambda: Citizen(rasa)
