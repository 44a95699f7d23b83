"""The directory as replies name it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from conversations.contacts import Contacts
from core.clock import FixedClock
from core.database import Database
from desk import seeding
from desk.models import Department
from tests.desk.conftest import NOW

SAMPLE = Path(__file__).parents[2] / "desk" / "sample" / "directory.yml"


@pytest.fixture
def foundation(database: Database) -> Database:
    with database.session() as session:
        seeding.seed(session, SAMPLE)
    return database


def test_names_are_told_only_where_the_setting_allows(foundation: Database) -> None:
    clock = FixedClock(NOW)
    assert Contacts(foundation, clock).people("ads-planning") == []
    shown = Contacts(foundation, clock, show_names=True).people("ads-planning")
    assert [person["name"] for person in shown] == ["윤정산", "조광고"]
    assert set(shown[0]) == {"name", "title", "phone", "duties"}  # no mobile, no mail


def test_a_closed_department_is_told_no_longer_than_half_a_minute(foundation: Database) -> None:
    clock = FixedClock(NOW)
    contacts = Contacts(foundation, clock)
    assert contacts.department("local-press")
    with foundation.session() as session:
        session.get_one(Department, "local-press").active = False
    clock.at += timedelta(seconds=31)
    assert contacts.department("local-press") is None
    assert contacts.department("nowhere") is None
