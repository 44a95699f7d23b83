"""Templates: every placeholder is filled, or nothing goes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.database import Database
from core.errors import Conflict, Invalid, NotFound
from core.privacy import Vault
from desk import reply_templates, tickets
from desk.models import Staff

VALUES = {"고객명": "홍길동", "접수번호": "E-20260430-2222"}


def test_placeholders_become_what_they_stand_for() -> None:
    text = "{고객명} 님, { 접수번호 } 문의에 답변드립니다."
    assert reply_templates.fill(text, VALUES) == "홍길동 님, E-20260430-2222 문의에 답변드립니다."


def test_every_placeholder_that_does_not_resolve_is_named_once() -> None:
    with pytest.raises(Invalid, match=r"\{성별\}, \{\}\. 고치거나") as caught:
        reply_templates.fill("{고객명} {성별} {} {성별}", VALUES)
    assert "고객명" not in caught.value.message


def test_what_is_known_can_be_filled_alone() -> None:
    assert reply_templates.fill_known("{고객명} {성별}", VALUES) == "홍길동 {성별}"


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert reply_templates.fill("{고객명}", {"고객명": "{접수번호}"}) == "{접수번호}"


@given(st.text())
def test_a_text_is_filled_or_refused_and_never_half_sent(text: str) -> None:
    try:
        filled = reply_templates.fill(text, VALUES)
    except Invalid:
        return
    assert reply_templates.fill(filled, VALUES) == filled


def test_all_placeholders_of_a_ticket_resolve(desk: Database, vault: Vault, opened) -> None:
    number = opened().number
    with desk.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        values = reply_templates.values(session, vault, ticket, session.get_one(Staff, "cho"))
    assert set(values) == set(reply_templates.PLACEHOLDERS)
    assert values["고객명"] == "홍길동"
    assert values["답변기한"] == "2026년 5월 7일"
    assert values["담당자명"] == "조광고 대리"


def test_a_name_that_was_destroyed_leaves_its_placeholder_open(desk: Database, vault: Vault, opened) -> None:
    from core.privacy import VaultItem

    number = opened().number
    with desk.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        session.delete(session.get_one(VaultItem, ticket.name_ref))
        session.flush()
        values = reply_templates.values(session, vault, ticket, session.get_one(Staff, "cho"))
    with pytest.raises(Invalid, match="고객명"):
        reply_templates.fill("{고객명} 님", values)


def test_templates_fit_their_kind_and_department(desk: Database, opened) -> None:
    number = opened(kind="claim").number
    with desk.session() as session:
        reply_templates.put(session, "모두", "안녕하십니까.")
        reply_templates.put(session, "보상", "보상합니다.", kind="claim")
        reply_templates.put(session, "칭찬", "감사합니다.", kind="praise")
        reply_templates.put(session, "우리 부서", "정부광고팀입니다.", department_id="ads")
        reply_templates.put(session, "남의 부서", "고객지원팀입니다.", department_id="front")
    with desk.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        assert [one.title for one in reply_templates.fitting(session, ticket)] == [
            "모두",
            "보상",
            "우리 부서",
        ]
        assert len(reply_templates.all_of(session)) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"title": "가" * 101},
        {"body": ""},
        {"body": "{성별} 님"},
        {"kind": "poem"},
        {"department_id": "nowhere"},
    ],
)
def test_a_wrong_template_is_refused(desk: Database, wrong: dict[str, str]) -> None:
    with desk.session() as session, pytest.raises(Invalid):
        reply_templates.put(session, **({"title": "제목", "body": "안녕하십니까."} | wrong))
    with desk.session() as session:
        assert reply_templates.all_of(session) == []


def test_a_title_stands_once_and_a_template_can_change_and_go(desk: Database) -> None:
    with desk.session() as session:
        first = reply_templates.put(session, "첫째", "하나").id
        reply_templates.put(session, "둘째", "둘")
    with desk.session() as session, pytest.raises(Conflict, match="같은 제목"):
        reply_templates.put(session, "둘째", "하나", template_id=first)
    with desk.session() as session:
        reply_templates.put(session, "첫째", "{고객명} 님", template_id=first)
    with desk.session() as session:
        reply_templates.remove(session, first)
        assert [one.title for one in reply_templates.all_of(session)] == ["둘째"]
    for act in (
        lambda session: reply_templates.remove(session, first),
        lambda session: reply_templates.put(session, "셋째", "셋", template_id=first),
    ):
        with desk.session() as session, pytest.raises(NotFound):
            act(session)
