"""The kinds of tickets: what each asks for, and that what was told is kept where it belongs."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from core.database import Database
from core.errors import Invalid
from core.privacy import Vault
from desk import kinds, tickets

PRIVATE = [
    (kind.id, field.name) for kind in kinds.KINDS.values() for field in kind.fields if field.shape == "text"
]


def facts(desk: Database, vault: Vault, number: str) -> dict[str, str]:
    with desk.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        return tickets.details(session, vault, ticket).facts


def test_every_kind_says_what_it_is_and_what_it_promises() -> None:
    assert list(kinds.KINDS) == [
        "inquiry", "complaint", "praise", "suggestion", "claim", "reservation", "callback",
    ]  # fmt: skip
    for kind in kinds.KINDS.values():
        assert kind.label
        assert kind.promise.endswith("습니다.")
        assert kind.hint.endswith("다.")
        assert len({field.name for field in kind.fields}) == len(kind.fields)


def test_a_kind_that_there_is_not_is_refused(opened) -> None:
    assert kinds.label("claim") == "피해 보상 청구"
    assert kinds.label("poem") == "poem"
    with pytest.raises(Invalid) as caught:
        opened(kind="poem")
    assert list(caught.value.fields) == ["kind"]


@pytest.mark.parametrize(("kind", "name"), PRIVATE)
def test_free_words_of_a_kind_stand_in_the_vault_alone(
    desk: Database, vault: Vault, opened, kind: str, name: str
) -> None:
    told = opened(kind=kind, facts={name: " 김칭찬 선생님, 010-7777-8888 "})
    [kept] = facts(desk, vault, told.number).values()
    assert kept == "김칭찬 선생님, 010-7777-8888"
    with desk.session() as session:
        row = session.execute(text("SELECT facts FROM tickets")).scalar()
    assert "김칭찬" not in str(row)
    assert "7777-8888" not in str(row)


def test_a_day_is_kept_as_it_is_and_read_under_its_label(desk: Database, vault: Vault, opened) -> None:
    told = opened(kind="claim", facts={"occurred_on": "2026-04-20", "damage": "", "unknown": "x"})
    assert facts(desk, vault, told.number) == {"피해를 입으신 날": "2026-04-20"}


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("claim", {"occurred_on": "어제"}, "occurred_on"),
        ("claim", {"occurred_on": "2026-02-30"}, "occurred_on"),
        ("claim", {"damage": "가" * 1001}, "damage"),
        ("reservation", {"slot": "내일 세 시"}, "slot"),
    ],
)
def test_a_wrong_fact_is_named_and_nothing_is_kept(
    desk: Database, opened, kind: str, given: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        opened(kind=kind, facts=given)
    assert list(caught.value.fields) == [field]
    with desk.session() as session:
        assert session.execute(text("SELECT count(*) FROM vault_items")).scalar() == 0


def test_a_resident_number_among_the_facts_is_dropped_and_told(desk: Database, vault: Vault, opened) -> None:
    told = opened(kind="claim", facts={"damage": "900101-1234567 명의가 도용되었습니다."})
    assert told.barred
    assert "1234567" not in str(facts(desk, vault, told.number))


def test_after_another_kind_the_facts_of_the_first_are_still_readable(
    desk: Database, vault: Vault, opened
) -> None:
    told = opened(kind="claim", facts={"wanted": "환불"})
    with desk.session() as session:
        ticket = tickets.find(session, told.number)
        assert ticket
        tickets.record(session, ticket, "reclassified", "cho", ticket.received_at, {"kind": "complaint"})
    assert facts(desk, vault, told.number) == {"바라시는 조치": "환불"}
