"""The background loop: the desk's clock and the letters, through a real mail server."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from sqlalchemy import select

from core.mail import SmtpMailer
from desk import notices
from desk.models import Notice, Staff
from tests.conversations.world import World
from web.composition import House
from web.watching import jobs, round_of, watching


class Letters(Message):
    """Keeps what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.to: list[str] = []

    def handle_message(self, message: object) -> None:
        self.to.append(str(message["To"]))  # type: ignore[index]


@pytest.fixture
def port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def mailing(house: House, port: int) -> House:
    """A house whose mail server should be at `port`, and one notice that is owed by e-mail."""
    with house.database.session() as session:
        staff = session.scalars(select(Staff).limit(1)).one()
        staff.email = "kim@example.kr"
        notices.tell(session, staff, "talk", "waiting-1", None, house.clock.now())
    return replace(house, mailer=SmtpMailer("127.0.0.1", port, "desk@example.kr", "재단", "none", timeout=5))


@contextlib.contextmanager
def mail_server(port: int) -> Iterator[Letters]:
    letters = Letters()
    server = Controller(letters, hostname="127.0.0.1", port=port)
    server.start()
    yield letters
    server.stop()


def state(house: House) -> str:
    with house.database.session() as session:
        return session.scalars(select(Notice.mail_state).where(Notice.key == "waiting-1")).one()


async def test_a_round_sends_what_is_owed_once(mailing: House, port: int) -> None:
    with mail_server(port) as letters:
        await round_of(jobs(mailing))
        await round_of(jobs(mailing))
    assert letters.to == ["kim@example.kr"]
    assert state(mailing) == "sent"


async def test_a_server_that_was_away_gets_the_letter_when_it_is_back(
    mailing: House, small_world: World, port: int
) -> None:
    await round_of(jobs(mailing))
    assert state(mailing) == "owed"
    with mail_server(port) as letters:
        await round_of(jobs(mailing))
        assert letters.to == []  # not before the pause is over
        small_world.clock.at += timedelta(minutes=1)
        await round_of(jobs(mailing))
    assert letters.to == ["kim@example.kr"]


async def test_without_a_mail_server_nothing_is_owed(mailing: House) -> None:
    await round_of(jobs(replace(mailing, mailer=None)))
    assert state(mailing) == "none"


async def test_a_job_that_fails_hinders_neither_the_others_nor_the_next_round(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done: list[str] = []
    twice = asyncio.Event()

    async def broken() -> None:
        done.append("broken")
        raise RuntimeError("010-1234-5678")

    async def sound() -> None:
        done.append("sound")
        if len(done) >= 4:
            twice.set()

    async with watching({"broken": broken, "sound": sound}, every=0.01):
        await twice.wait()
    assert done[:4] == ["broken", "sound"] * 2
    printed = capsys.readouterr()
    assert "010-1234-5678" not in printed.out + printed.err


async def test_the_end_waits_for_a_round_under_way() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await asyncio.sleep(0.05)
        ended.set()

    async with watching({"slow": slow}, every=0.01):
        await begun.wait()
    assert ended.is_set()


async def test_a_round_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.watching._GRACE", 0.05)
    begun = asyncio.Event()

    async def endless() -> None:
        begun.set()
        await asyncio.sleep(3600)

    async with watching({"endless": endless}, every=0.01):
        await begun.wait()
