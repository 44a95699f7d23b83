"""Which departments the form of a transfer offers."""

from __future__ import annotations

import re

import pytest

from desk.models import Department
from tests.web.console.office import Office


def test_three_other_departments_are_offered_where_the_ticket_stands_in_a_likely_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.below.database.session() as session:
        session.add_all(Department(id=one, name=f"{one}팀", duties=[], phone="02-000-1009") for one in "가나")
    likely = [
        ("customer-support", 0.4), ("ads-planning", 0.2), ("가", 0.15), ("general-affairs", 0.14), ("나", 0.1)
    ]  # fmt: skip
    monkeypatch.setattr(office.below.router, "_ranked", lambda _matter: likely)
    number = office.ticket()
    shown = office.signed_in("kim", "supervisor").get(f"/staff/tickets/{number}").text
    offered = re.findall(r'type="radio" name="department" value="([^"]+)"', shown)
    assert offered == ["ads-planning", "가", "general-affairs", "other"]
