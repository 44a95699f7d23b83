"""What the widget's form needs: kinds, what a matter tells, free times, and the calendar file."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from conversations.kinds import examples
from desk.consent import current_notice
from tests.conversations.world import UNKNOWN, World

RESERVATION = examples()["reservation"][0]
Headers = dict[str, str]


def form(**fields: Any) -> dict[str, Any]:
    filled = {
        "id": "form-00000001", "name": "홍길동", "phone": "010-1234-5678", "matter": UNKNOWN,
        "consent_version": current_notice().version,
    }  # fmt: skip
    return filled | fields


def learn(client: TestClient, visitor: Headers, matter: str) -> dict[str, Any]:
    response = client.post("/api/chat/matter", json={"matter": matter}, headers=visitor)
    assert response.status_code == 200, response.text
    learnt: dict[str, Any] = response.json()
    return learnt


def first_time(client: TestClient, visitor: Headers) -> str:
    return str(learn(client, visitor, RESERVATION)["days"][0]["times"][0]["start"])


def test_the_form_gets_every_kind_with_its_fields(client: TestClient) -> None:
    kinds = client.get("/api/chat/config").json()["kinds"]
    assert [kind["id"] for kind in kinds][:2] == ["inquiry", "complaint"]
    assert {field["shape"] for kind in kinds for field in kind["fields"]} == {"text", "date", "slot"}


def test_a_matter_tells_its_kind_and_when_there_is_time(client: TestClient, visitor: Headers) -> None:
    learnt = learn(client, visitor, RESERVATION)
    assert learnt["kind"] == "reservation"
    assert set(learnt["department"]) == {"name", "phone"}
    assert learnt["days"][0]["day"] == "11월 24일(화)"
    assert learnt["days"][0]["times"][0] == {"start": "2026-11-24T11:00:00+09:00", "label": "오전 11시"}


def test_an_empty_matter_is_an_inquiry(client: TestClient, visitor: Headers) -> None:
    assert learn(client, visitor, "")["kind"] == "inquiry"


def test_only_visitors_learn_something_and_not_too_often(client: TestClient, visitor: Headers) -> None:
    assert client.post("/api/chat/matter", json={"matter": ""}).status_code == 401
    for _ in range(30):
        learn(client, visitor, "")
    assert client.post("/api/chat/matter", json={"matter": ""}, headers=visitor).status_code == 429


def test_a_reservation_is_confirmed_with_a_link_to_its_calendar_file(
    client: TestClient, visitor: Headers
) -> None:
    start = first_time(client, visitor)
    body = form(kind="reservation", matter=RESERVATION, facts={"slot": start})
    [ticket] = client.post("/api/chat/tickets", json=body, headers=visitor).json()["replies"]
    assert ticket["data"]["appointment"] == "11월 24일(화) 오전 11시"
    file = client.get(ticket["data"]["calendar"])
    assert file.headers["content-type"].startswith("text/calendar")
    assert "attachment" in file.headers["content-disposition"]
    assert "DTSTART:20261124T020000Z" in file.text
    assert "홍길동" not in file.text


def test_a_time_that_somebody_else_has_is_told_beside_its_field(client: TestClient, visitor: Headers) -> None:
    start = first_time(client, visitor)
    body = form(kind="reservation", matter=RESERVATION, facts={"slot": start})
    client.post("/api/chat/tickets", json=body, headers=visitor)
    second = client.post("/api/chat/tickets", json=body | {"id": "form-00000002"}, headers=visitor)
    assert second.status_code in (409, 422)
    assert "slot" in second.json()["fields"]
    assert first_time(client, visitor) != start


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJudW1iZXIiOiJFIn0.aaaaaa.bbbb", "x" * 300])
def test_a_forged_calendar_link_opens_nothing(client: TestClient, token: str) -> None:
    assert client.get(f"/api/chat/calendar/{token}.ics").status_code in (400, 404)


def test_a_ticket_without_a_time_has_no_calendar_file(client: TestClient, small_world: World) -> None:
    outcome = client.portal and client.portal.call(
        small_world.conversations.submit, "web", "u1", small_world.form()
    )
    assert outcome
    link = small_world.links.calendar(outcome.replies[0].data["number"])
    assert client.get(link).status_code == 404


def test_a_complaint_gets_its_apology_first(client: TestClient, visitor: Headers) -> None:
    said = client.post("/api/chat/tickets", json=form(kind="complaint"), headers=visitor).json()["replies"]
    assert [one["kind"] for one in said] == ["text", "ticket"]
    assert "사과드립니다" in said[0]["text"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "reservation", "facts": {"slot": "yesterday"}}, "slot"),
        ({"kind": "claim", "facts": {"occurred_on": "어제"}}, "occurred_on"),
        ({"kind": "callback", "phone": None, "email": "hong@example.kr"}, "phone"),
    ],
)
def test_what_a_kind_asks_for_is_judged_field_by_field(
    client: TestClient, visitor: Headers, fields: dict[str, Any], wrong: str
) -> None:
    response = client.post("/api/chat/tickets", json=form(**fields), headers=visitor)
    assert response.status_code == 422
    assert wrong in response.json()["fields"]


def test_too_many_or_too_long_facts_are_refused(client: TestClient, visitor: Headers) -> None:
    for facts in ({str(n): "x" for n in range(11)}, {"damage": "x" * 2001}, {"damage": 7}):
        assert client.post("/api/chat/tickets", json=form(facts=facts), headers=visitor).status_code == 400


def test_a_time_is_booked_where_it_was_offered_whatever_was_asked_before(
    client: TestClient, visitor: Headers
) -> None:
    asked = {"id": "message-00001", "text": "복사기 써도 되나요?"}  # belongs to another department
    client.post("/api/chat/messages", json=asked, headers=visitor)
    learnt = learn(client, visitor, RESERVATION)
    body = form(kind="reservation", matter=RESERVATION, facts={"slot": first_time(client, visitor)})
    [ticket] = client.post("/api/chat/tickets", json=body, headers=visitor).json()["replies"]
    assert ticket["data"]["department"] == learnt["department"]["name"]
    assert ticket["data"]["appointment"]


def test_with_a_whole_department_away_the_times_are_those_of_whoever_stands_in(
    client: TestClient, visitor: Headers, small_world: World
) -> None:
    from desk.models import Department, Staff

    with small_world.database.session() as session:
        for person in session.query(Staff).where(Staff.department_id == "customer-support"):
            person.presence, person.deputies = "leave", []
        unit = session.get_one(Department, "general-affairs")
        unit.hours = "10:00-16:00"
    learnt = learn(client, visitor, RESERVATION)
    assert learnt["department"]["name"] != "고객지원팀"
    start = learnt["days"][-1]["times"][-1]["start"]
    body = form(kind="reservation", matter=RESERVATION, facts={"slot": start})
    [ticket] = client.post("/api/chat/tickets", json=body, headers=visitor).json()["replies"]
    assert ticket["data"]["department"] == learnt["department"]["name"]
