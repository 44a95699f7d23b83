"""E-mail through a real SMTP server, and what happens when it refuses, breaks off, or isn't there."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from core.mail import Mail, Outcome, SmtpMailer, build_mailer
from core.secrets import Secrets
from core.settings import Settings

SUBJECT = "[응대] 약속한 날이 지났습니다. 고객께 지연 안내를 보내고 답변해 주십시오 (E-20261114-XGXV)"
LETTER = Mail("kim@example.kr", SUBJECT, "김담당 과장님께\n", "notice1")


class PostOffice:
    """Takes letters; an address tells what it answers to it."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("full"):
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if envelope.rcpt_tos[0].startswith("spam"):
            return "554 5.7.1 rejected"
        if envelope.rcpt_tos[0].startswith("crash"):
            server.transport.close()
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(message_from_bytes(content, _class=EmailMessage, policy=policy.default))
        return "250 OK"


@pytest.fixture
def office() -> Iterator[tuple[PostOffice, SmtpMailer]]:
    handler = PostOffice()
    server = Controller(handler, hostname="127.0.0.1", port=_free_port())
    server.start()
    yield handler, SmtpMailer("127.0.0.1", server.port, "desk@example.kr", "재단", "none", timeout=5)
    server.stop()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


Office = tuple[PostOffice, SmtpMailer]


async def test_a_letter_arrives_as_it_was_written(office: Office) -> None:
    handler, mailer = office
    assert await mailer.send([LETTER]) == [Outcome.SENT]
    [letter] = handler.letters
    assert letter["Subject"] == LETTER.subject
    assert letter["To"] == "kim@example.kr"
    assert letter["From"].addresses[0].display_name == "재단"
    assert letter["From"].addresses[0].addr_spec == "desk@example.kr"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == "<notice1@example.kr>"
    assert letter.get_content().splitlines() == LETTER.text.splitlines()


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("nobody@example.kr", Outcome.REFUSED),
        ("full@example.kr", Outcome.LATER),
        ("spam@example.kr", Outcome.REFUSED),
        ("no address at all\r\nBcc: x@example.kr", Outcome.REFUSED),
    ],
)
async def test_a_refused_letter_hinders_no_other(office: Office, address: str, outcome: Outcome) -> None:
    handler, mailer = office
    letters = [LETTER, replace(LETTER, to=address), LETTER]
    assert await mailer.send(letters) == [Outcome.SENT, outcome, Outcome.SENT]
    assert len(handler.letters) == 2


async def test_what_was_sent_before_the_connection_broke_stays_sent(office: Office) -> None:
    _, mailer = office
    letters = [LETTER, replace(LETTER, to="crash@example.kr"), LETTER]
    assert await mailer.send(letters) == [Outcome.SENT, Outcome.LATER, Outcome.LATER]


async def test_a_server_that_is_not_there_means_later() -> None:
    mailer = SmtpMailer("127.0.0.1", _free_port(), "desk@example.kr", "재단", "none")
    assert await mailer.send([LETTER, LETTER]) == [Outcome.LATER] * 2


async def test_a_server_that_never_answers_means_later() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    mailer = SmtpMailer("127.0.0.1", port, "desk@example.kr", "재단", "none", timeout=0.2)
    assert await mailer.send([LETTER]) == [Outcome.LATER]
    server.close()


async def test_a_letter_never_goes_in_the_clear_when_encryption_was_asked_for(office: Office) -> None:
    handler, mailer = office
    assert await replace(mailer, security="starttls").send([LETTER]) == [Outcome.LATER]
    assert handler.letters == []


async def test_a_server_that_cannot_prove_its_name_gets_no_letter(tmp_path: Path) -> None:
    handler = PostOffice()
    server = Controller(handler, hostname="127.0.0.1", port=_free_port(), tls_context=_self_signed(tmp_path))
    server.start()
    mailer = SmtpMailer("127.0.0.1", server.port, "desk@example.kr", "재단", "starttls", timeout=5)
    assert await mailer.send([LETTER]) == [Outcome.LATER]
    assert handler.letters == []
    server.stop()


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize(("password", "outcome"), [("right", Outcome.SENT), ("wrong", Outcome.LATER)])
async def test_the_password_is_asked_for_and_a_wrong_one_can_be_mended(
    password: str, outcome: Outcome
) -> None:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == b"right")

    handler = PostOffice()
    server = Controller(
        handler,
        hostname="127.0.0.1",
        port=_free_port(),
        authenticator=check,
        auth_required=True,
        auth_require_tls=False,
    )
    server.start()
    mailer = SmtpMailer(
        "127.0.0.1", server.port, "desk@example.kr", "재단", "none", "desk", password, timeout=1
    )
    assert await mailer.send([LETTER]) == [outcome]
    server.stop()


async def test_whether_the_server_can_be_used_is_known_before_the_first_letter(office: Office) -> None:
    handler, mailer = office
    assert await mailer.trouble() == ""
    assert await replace(mailer, security="starttls").trouble() == "SMTPException"
    assert handler.letters == []


async def test_no_address_gets_into_the_log(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    _, mailer = office
    await mailer.send([replace(LETTER, to="crash@example.kr")])
    printed = capsys.readouterr()
    assert "example.kr" not in printed.out + printed.err


def test_without_a_server_in_the_settings_there_is_no_mailer() -> None:
    secrets = Secrets("a", "b", "c", "d", "e", smtp_password="pass")
    assert build_mailer(Settings(smtp_host=""), secrets) is None
    built = build_mailer(Settings(smtp_host="mail.example.kr", smtp_username="desk"), secrets)
    assert isinstance(built, SmtpMailer)
    assert (built.host, built.port, built.security, built.password) == (
        "mail.example.kr",
        587,
        "starttls",
        "pass",
    )
