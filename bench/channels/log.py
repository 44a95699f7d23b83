"""What the fakes saw, one JSON line each: all that the accounting knows of the citizens' side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from channels.fake import FakeCloud

CUT, NOBODY = 0, -1


@dataclass(frozen=True)
class Said:
    """One message of a citizen, and how its last delivery ended.

    `id` is what the channel knows it by; `status` is that of the answer, `CUT` where there was none, `NOBODY`
    where there was no connection; `at` is when it was first brought, in seconds since 1970; `fetches`: it
    only asks for what waits, and is no message of its own.
    """

    channel: str
    sender: str
    id: str
    status: int
    at: float
    seconds: float
    length: int
    fetches: bool = False
    kind: Literal["said"] = "said"

    @property
    def accepted(self) -> bool:
        """Whether the vendor was told that the message is here."""
        return 200 <= self.status < 300

    @property
    def cut(self) -> bool:
        """Whether it came to somebody, and the vendor got no answer that counts: nobody saw one."""
        return not self.accepted and self.status != NOBODY


@dataclass(frozen=True)
class Screen:
    """One bubble on a citizen's screen."""

    channel: str
    sender: str
    text: str
    kind: Literal["shown"] = "shown"


class Log:
    """The file; every line is on the disk before the next thing happens."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, *lines: Said | Screen) -> None:
        """Append."""
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in lines)

    def add_screens(self, fake: FakeCloud, senders: Iterator[str]) -> None:
        """Everything that these citizens got to see, in order."""
        for sender in senders:
            self.add(*(Screen(fake.name, sender, f"{s.title}\n{s.text}".strip()) for s in fake.shown(sender)))


def read(path: Path) -> tuple[list[Said], list[Screen]]:
    """What was said, and what was shown."""
    said, shown = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        if values["kind"] == "said":
            said.append(Said(**values))
        else:
            shown.append(Screen(**values))
    return said, shown
