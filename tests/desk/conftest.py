"""A small desk: two departments that stand in for each other, three people, one vault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.orm import Session

from core.clock import SEOUL
from core.database import Database
from core.privacy import Cipher, Vault
from desk import consent, tickets
from desk.models import Department, Staff

NOW = datetime(2026, 4, 30, 10, 0, tzinfo=SEOUL)
REQUEST = tickets.TicketRequest(
    conversation_id="conversation-1",
    channel="web",
    name="홍길동",
    phone="010-1234-5678",
    email=None,
    matter="신청 결과를 알고 싶습니다.",
    reply_needed=True,
    consent_version=consent.current_notice().version,
    department_id="ads",
    tried=["ads.fee"],
)

Opener = Callable[..., tickets.OpenedTicket]


@pytest.fixture
def vault() -> Vault:
    return Vault(Cipher(Fernet.generate_key().decode()))


@pytest.fixture
def desk(database: Database) -> Database:
    """The database with the small desk in it."""
    with database.session() as session:
        add_desk(session)
    return database


@pytest.fixture
def opened(desk: Database, vault: Vault) -> Opener:
    """Opens a ticket in a transaction of its own: `opened(name="…", now=…)`."""

    def open_one(now: datetime = NOW, **changes: object) -> tickets.OpenedTicket:
        with desk.session() as session:
            return tickets.open_ticket(session, vault, replace(REQUEST, **changes), now)  # type: ignore[arg-type]

    return open_one


def add_desk(session: Session) -> None:
    front = Department(id="front", name="고객지원팀", phone="02-000-1000", position=0)
    ads = Department(id="ads", name="정부광고팀", phone="02-000-2000", position=1)
    session.add_all([front, ads])
    session.flush()
    front.backup_id, ads.backup_id = "ads", "front"
    session.add_all(
        [
            Staff(
                id="kim",
                username="kim",
                name="김담당",
                title="과장",
                department_id="front",
                phone="02-000-1001",
            ),
            Staff(
                id="cho",
                username="cho",
                name="조광고",
                title="대리",
                department_id="ads",
                phone="02-000-2001",
            ),
            Staff(id="yoon", username="yoon", name="윤정산", title="대리", department_id="ads"),
        ]
    )
