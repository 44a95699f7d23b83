"""Every accepted message ends as answered, ticketed or refused, once: by the database and the fakes' log.

`python -m bench.channels.accounting DATA_FOLDER LOG` prints the account, and fails where it isn't even.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from bench.channels.log import NOBODY, Said, Screen, read
from bench.channels.told import Told, told_in
from channels.protocol import LONGEST_TEXT
from conversations.models import Arrival, Conversation, Message, OutboxItem
from core.clock import SystemClock
from core.database import Database
from core.privacy import Cipher, Vault
from core.secrets import load_secrets
from core.settings import Settings
from desk.models import Ticket

_HEAD = 30
"""So many characters of a reply's first line tell it apart: bubbles may be split further down."""


@dataclass
class Account:
    """What became of what was said, and what was seen of what was answered."""

    said: int = 0
    accepted: int = 0
    answered: int = 0
    ticketed: int = 0
    refused: int = 0
    away: int = 0
    """Said, but nobody was there to take it."""
    cut: int = 0
    """Said, but the vendor got no answer: no promise was made."""
    lost: list[str] = field(default_factory=list)
    """Accepted, but neither answered nor refused; or answered, but never shown."""
    doubled: list[str] = field(default_factory=list)
    """Stored, ticketed or shown twice."""
    marked: int = 0
    """Shown again, where the outbox says of that very reply that this may be."""
    out_of_order: int = 0
    replies: int = 0
    cut_replies: int = 0
    """Told in an answer that the vendor itself never got, because the process died: nobody saw them."""
    left: int = 0
    """Accepted, stored or owed, and not yet done."""
    tickets: int = 0
    told_tickets: int = 0

    @property
    def even(self) -> bool:
        """The identity."""
        return (
            self.accepted == self.answered + self.ticketed + self.refused
            and not (self.lost or self.doubled or self.out_of_order or self.left)
            and self.tickets == self.told_tickets
        )

    def lines(self) -> list[str]:
        """For people."""
        told = [
            f"said {self.said}: accepted {self.accepted}, cut off {self.cut}, nobody there {self.away}",
            (
                f"accepted {self.accepted} = answered {self.answered} + ticketed {self.ticketed} "
                f"+ refused {self.refused}"
            ),
            f"tickets {self.tickets}, told {self.told_tickets}",
            (
                f"replies {self.replies}: lost {len(self.lost)}, doubled {len(self.doubled)}, out of order "
                f"{self.out_of_order}; in an answer that was cut off {self.cut_replies}, repeated and marked "
                f"{self.marked}"
            ),
            f"left undone {self.left}",
            "even" if self.even else "NOT EVEN",
        ]
        return [
            *told,
            *(f"lost: {one}" for one in self.lost[:10]),
            *(f"twice: {one}" for one in self.doubled[:10]),
        ]


def account(data_dir: Path, log: Path) -> Account:
    """Read both, and compare."""
    said, shown = read(log)
    database = _database(data_dir)
    vault = Vault(Cipher(load_secrets(data_dir).data_key), SystemClock())
    result = Account(left=undone(data_dir))
    with database.session() as session:
        result.tickets = session.scalar(select(func.count()).select_from(Ticket)) or 0
        screens, spoke = defaultdict(list), defaultdict(list)
        for screen in shown:
            screens[screen.channel, screen.sender].append(screen)
        for one in said:
            spoke[one.channel, one.sender].append(one)
        for (channel, sender), words in spoke.items():
            talk = session.scalar(
                select(Conversation).where(Conversation.channel == channel, Conversation.sender == sender)
            )
            _Talk(session, vault, talk, words, screens[channel, sender]).add_to(result)
    database.close()
    return result


def undone(data_dir: Path) -> int:
    """Messages that are accepted and not handled, and items that are owed or given up."""
    queries = (
        select(func.count()).select_from(Arrival),
        select(func.count()).where(Message.handled.is_(False), Message.author == "citizen"),
        select(func.count()).where(OutboxItem.state.in_(["owed", "failed"])),
    )
    database = _database(data_dir)
    with database.session() as session:
        count = sum(session.scalar(query) or 0 for query in queries)
    database.close()
    return count


def waiting(data_dir: Path, channel: str) -> list[str]:
    """Citizens of the channel for whom something waits."""
    of_channel = select(Conversation.sender).where(Conversation.channel == channel)
    database = _database(data_dir)
    with database.session() as session:
        items = OutboxItem.conversation_id == Conversation.id, OutboxItem.state == "waits"
        found = list(session.scalars(of_channel.where(exists().where(*items))))
    database.close()
    return found


def _database(data_dir: Path) -> Database:
    return Database(Settings(_env_file=None, data_dir=data_dir).resolved_database_url)


class _Talk:
    """One citizen's conversation, from both sides."""

    def __init__(
        self,
        session: Session,
        vault: Vault,
        talk: Conversation | None,
        said: list[Said],
        screens: list[Screen],
    ) -> None:  # fmt: skip
        self._said = said
        of_talk = select(Message).where(Message.conversation_id == (talk.id if talk else ""))
        self._messages = list(session.scalars(of_talk.order_by(Message.seq)))
        self._lines = [line for screen in screens for line in screen.text.split("\n")]
        self._told = told_in(session, vault, talk, said) if talk else []

    def add_to(self, result: Account) -> None:
        """Count this conversation's messages and replies."""
        for one in self._said:
            self._message(result, one)
        self._shown(result)

    def _message(self, result: Account, said: Said) -> None:
        if said.fetches:
            return
        result.said += 1
        result.accepted += said.accepted
        result.away += said.status == NOBODY
        result.cut += said.cut
        stored = [one for one in self._messages if one.channel_message_id == said.id]
        if len(stored) > 1:
            result.doubled.append(f"{said.channel} {said.id} stored {len(stored)} times")
        kinds = {one.kind for one in self._messages if stored and one.in_reply_to == stored[0].id}
        result.told_tickets += "ticket" in kinds
        if not said.accepted:
            return
        if not stored and said.length > LONGEST_TEXT:
            result.refused += 1
        elif "ticket" in kinds:
            result.ticketed += 1
        elif kinds:
            result.answered += 1
        else:
            result.lost.append(f"{said.channel} {said.id} without a reply")

    def _shown(self, result: Account) -> None:
        result.replies += len(self._told)
        result.cut_replies += sum(one.cut for one in self._told)
        expected = [one for one in self._told if not one.cut]
        wanted = Counter(line[:_HEAD] for one in expected for line in one.lines)
        seen = Counter(line[:_HEAD] for line in self._lines)
        repeats = Counter[str]()
        for one in expected:
            repeats[_head(one)] += one.repeats
        for head in {_head(one) for one in self._told}:
            more = seen[head] - wanted[head]
            marked = max(0, min(more, repeats[head]))
            result.marked += marked
            result.lost += [f"'{head}' never shown"] * -more
            result.doubled += [f"'{head}' shown too often"] * (more - marked)
        result.out_of_order += _disorder([_head(one) for one in expected], self._lines)


def _head(told: Told) -> str:
    return told.lines[0][:_HEAD]


def _disorder(heads: list[str], lines: list[str]) -> int:
    """How many replies would have to be moved on the screen to stand in the order they were said in."""
    shown = [line[:_HEAD] for line in lines if line[:_HEAD] in set(heads)]
    both = sum((Counter(heads) & Counter(shown)).values())
    longest = [0] * (len(shown) + 1)  # the longest common subsequence with what was said so far
    for head in heads:
        before = longest[:]
        for place, line in enumerate(shown, 1):
            longest[place] = before[place - 1] + 1 if line == head else max(before[place], longest[place - 1])
    return both - longest[-1]


if __name__ == "__main__":
    found = account(Path(sys.argv[1]), Path(sys.argv[2]))
    print("\n".join(found.lines()))
    raise SystemExit(not found.even)
