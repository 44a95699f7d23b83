"""Letters fetched from a real mailbox and answered by a real server: none is lost, none handled twice."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy.exc import OperationalError

from channels.email.adapter import EmailChannel
from channels.email.mailbox import Mailbox
from channels.email.settings import EmailSettings
from channels.protocol import Request
from core.database import Base, Database
from core.ratelimit import RateLimiter
from tests.channels.email import inbox as mailboxes
from tests.channels.email.inbox import Inbox
from tests.channels.email.reading import letter
from tests.conversations.world import COPIER, UNKNOWN, World
from tests.core.test_mail import PostOffice, _self_signed
from tests.web.small_house import small_house
from web import letters, webhooks
from web.letters import Postman


@pytest.fixture(scope="module")
def server() -> Iterator[Inbox]:
    with mailboxes.running() as inbox:
        yield inbox


@pytest.fixture
def inbox(server: Inbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """An empty mailbox, which the program is set up for."""
    for name, value in {
        "EMAIL_ADDRESS": "help@example.kr", "EMAIL_IMAP_HOST": "127.0.0.1", "EMAIL_IMAP_PORT": server.port,
        "EMAIL_IMAP_SECURITY": "none", "EMAIL_IMAP_USERNAME": "help", "EMAIL_IMAP_PASSWORD": "pass",
        "EMAIL_IMAP_DONE": "처리함",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"EUNGDAE_{name}", str(value))
    with server.opened() as box:
        for folder in box.folder.list():
            box.folder.set(folder.name)
            box.delete(box.uids())
    yield server


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    handler = PostOffice()
    controller = Controller(handler, hostname="127.0.0.1", port=mailboxes.free_port())
    controller.start()
    for name, value in {"HOST": "127.0.0.1", "PORT": controller.port, "SECURITY": "none"}.items():
        monkeypatch.setenv(f"EUNGDAE_SMTP_{name}", str(value))
    yield handler
    controller.stop()


@pytest.fixture
def world(inbox: Inbox, office: PostOffice, tmp_path: Path) -> Iterator[World]:
    database = Database(f"sqlite:///{tmp_path / 'letters.sqlite3'}")
    Base.metadata.create_all(database.engine)
    yield World(database)
    database.close()


@pytest.fixture
def postman(world: World) -> Postman:
    channel = world.channels["email"]
    assert isinstance(channel, EmailChannel)
    assert channel.mailbox
    return Postman(small_house(world), channel, channel.mailbox)


async def go(world: World, postman: Postman) -> None:
    await postman.round()
    await world.conversations.drain()
    await world.courier.round()


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


async def test_a_letter_is_fetched_answered_and_put_where_the_operator_wants_it(
    world: World, postman: Postman, inbox: Inbox, office: PostOffice
) -> None:
    inbox.put(letter(COPIER))
    await go(world, postman)
    [answer] = office.letters
    assert answer["To"] == "hong@example.com"
    assert answer["From"].addresses[0].addr_spec == "help@example.kr"
    assert answer["In-Reply-To"] == "<m-1@example.com>"
    assert "네, 쓰실 수 있습니다." in text_of(answer)
    assert "네, 쓰실 수 있습니다." in text_of(answer, "html")
    assert inbox.flags() == []
    assert inbox.flags("처리함") == [{"\\Seen"}]


async def test_a_second_look_finds_nothing_new(
    world: World, postman: Postman, inbox: Inbox, office: PostOffice
) -> None:
    inbox.put(letter(UNKNOWN))
    await go(world, postman)
    await go(world, postman)
    assert len(office.letters) == len(world.tickets()) == 1


async def test_a_crash_before_the_letter_was_settled_opens_no_second_ticket(
    world: World, postman: Postman, inbox: Inbox, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.put(letter(UNKNOWN))

    def dies(*_: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr("channels.email.mailbox.OpenMailbox.settle", dies)
        with pytest.raises(ConnectionResetError):
            await postman.round()
    assert inbox.flags() == [set()]
    await go(world, postman)
    assert len(world.tickets()) == len(office.letters) == 1
    assert inbox.flags() == []


async def test_what_a_program_wrote_is_counted_and_never_answered(
    world: World, postman: Postman, inbox: Inbox, office: PostOffice
) -> None:
    before = webhooks.ignored["email: automatic answer"]
    inbox.put(letter("away", Auto_Submitted="auto-replied"))
    await go(world, postman)
    assert webhooks.ignored["email: automatic answer"] == before + 1
    assert office.letters == []
    assert world.stored() == []
    assert inbox.flags() == []


async def test_what_cannot_be_read_is_left_to_people_and_hinders_no_other(
    world: World, postman: Postman, inbox: Inbox, office: PostOffice
) -> None:
    inbox.put("Subject: nobody\n\nwrote this")
    inbox.put(letter(COPIER))
    await go(world, postman)
    assert len(office.letters) == 1
    assert inbox.flags() == [{"\\Seen", "\\Flagged"}]


async def test_a_letter_that_the_program_stumbles_over_is_tried_again_and_then_left_to_people(
    world: World, postman: Postman, inbox: Inbox, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.put(letter(COPIER))
    parse = EmailChannel.parse

    def stumbles(self: EmailChannel, request: Request) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(EmailChannel, "parse", stumbles)
    for _ in range(4):
        await postman.round()
        assert inbox.flags() == [set()]
    await postman.round()
    assert inbox.flags() == [{"\\Seen", "\\Flagged"}]
    monkeypatch.setattr(EmailChannel, "parse", parse)
    inbox.put(letter(COPIER, Message_ID="<m-2@example.com>"))
    await go(world, postman)
    assert len(office.letters) == 1


async def test_while_the_database_is_away_letters_wait_and_none_is_given_up(
    world: World, postman: Postman, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.put(letter(COPIER))

    def away(*_: object) -> None:
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(world.conversations, "_accept", away)
    for _ in range(7):
        with pytest.raises(OperationalError):
            await postman.round()
    assert inbox.flags() == [set()]


async def test_a_program_that_answers_at_once_gets_no_further_than_some_letters_an_hour(
    world: World, postman: Postman, inbox: Inbox, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "LETTERS_AN_HOUR", 2)
    for number in range(4):
        inbox.put(letter(COPIER, Message_ID=f"<m-{number}@loop.example>"))
    inbox.put(letter(COPIER, From="kim@example.com", Message_ID="<kim@example.com>"))
    await go(world, postman)
    await go(world, postman)
    assert len(inbox.flags()) == 2
    assert len(world.stored()) == 3
    world.later(hours=2)
    await go(world, postman)
    assert inbox.flags() == []


async def test_a_mailbox_that_cannot_be_reached_is_no_end(world: World, postman: Postman) -> None:
    settings = EmailSettings(imap_host="127.0.0.1", imap_port=mailboxes.free_port(), imap_security="none")
    with pytest.raises(OSError):
        await Postman(postman._house, postman._channel, Mailbox(settings)).round()


async def test_a_wrong_password_is_no_end_either(world: World, postman: Postman) -> None:
    settings = EmailSettings.load()
    wrong = settings.model_copy(update={"imap_username": "nobody"})
    with pytest.raises(Exception, match=r"(?i)auth|login|invalid"):
        await Postman(postman._house, postman._channel, Mailbox(wrong)).round()


def test_a_mail_server_that_cannot_prove_its_name_gets_no_password(tmp_path: Path) -> None:
    _self_signed(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_shake_hands, args=(listening, tmp_path), daemon=True).start()
        _refuse("tls", listening.getsockname()[1])
    with mailboxes.running(tmp_path / "server.pem") as inbox:
        _refuse("starttls", inbox.port)


def _refuse(security: Any, port: int) -> None:
    settings = EmailSettings(imap_host="127.0.0.1", imap_port=port, imap_security=security)
    with pytest.raises(ssl.SSLCertVerificationError):
        Mailbox(settings).open()


def _shake_hands(listening: socket.socket, folder: Path) -> None:
    with contextlib.suppress(OSError):
        _self_signed(folder).wrap_socket(listening.accept()[0], server_side=True)


@pytest.mark.postgres
async def test_of_two_processes_one_looks_at_a_time(
    postgres_url: str, inbox: Inbox, office: PostOffice
) -> None:
    database = Database(postgres_url)
    Base.metadata.create_all(database.engine)
    world = World(database)
    channel = world.channels["email"]
    assert isinstance(channel, EmailChannel)
    assert channel.mailbox
    one, other = (Postman(small_house(world), channel, channel.mailbox) for _ in range(2))
    inbox.put(letter(UNKNOWN))
    turn = one._take_turn()
    assert turn
    await other.round()
    assert inbox.flags() == [set()]
    turn.close()
    await asyncio.gather(one.round(), other.round())
    await world.conversations.drain()
    assert len(world.tickets()) == 1
    database.close()


def test_without_a_mailbox_nothing_is_fetched(world: World) -> None:
    house = small_house(world)
    assert set(letters.fetching(house)) == {"letters"}
    without = {name: channel for name, channel in world.channels.items() if name != "email"}
    assert letters.fetching(replace(house, channels=without)) == {}


async def test_the_program_fetches_by_itself_while_it_runs(
    world: World, inbox: Inbox, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.conversations.world import until
    from web.app import create_app

    monkeypatch.setattr(letters, "EVERY", 0.05)
    inbox.put(letter(COPIER))
    house = replace(small_house(world), limiter=RateLimiter(world.clock))
    app = create_app(house)
    async with app.router.lifespan_context(app):
        await until(lambda: len(office.letters) == 1)
