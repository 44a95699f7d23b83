"""Rules of routing and lessons in the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk import route_lessons, routing_rules, tickets
from desk.models import Staff
from tests.web.console.world import Browser, World

PAGE = "/staff/routing"
MATTER = "지난달 신문에 낸 공고의 영수증을 다시 받고 싶습니다."


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def supervisor(world: World) -> Browser:
    return world.signed_in("kim", "supervisor")


def rules(world: World) -> list[tuple[list[str], str | None, str]]:
    with world.database.session() as session:
        return [(one.words, one.kind, one.department_id) for one in routing_rules.all_of(session)]


def taught(world: World) -> str:
    number = world.ticket(matter=MATTER)
    with world.database.session() as session:
        ticket = tickets.find(session, number)
        kim = session.get_one(Staff, ticket.staff_id)
        world.router.learn(session, ticket, MATTER, "ads-planning", kim, world.clock.now())
        return ticket.id


def test_a_rule_is_added_counts_at_once_and_can_be_taken_away(world: World, supervisor: Browser) -> None:
    added = supervisor.submit(
        PAGE, f"{PAGE}/rules", words="영수증, 세금계산서\n증빙", department="ads-planning"
    )
    assert added.status_code == 303
    assert rules(world) == [(["영수증", "세금계산서", "증빙"], None, "ads-planning")]
    tried = supervisor.submit(PAGE, PAGE, matter=MATTER, kind="inquiry")
    assert "배정 규칙으로" in tried.text
    assert "정부광고기획팀" in tried.text
    with world.database.session() as session:
        rule_id = routing_rules.all_of(session)[0].id
    assert supervisor.submit(PAGE, f"{PAGE}/rules/{rule_id}/remove").status_code == 303
    assert rules(world) == []
    assert supervisor.submit(PAGE, f"{PAGE}/rules/{rule_id}/remove").status_code == 404


def test_rules_are_put_in_another_order(world: World, supervisor: Browser) -> None:
    for word in ("가", "나"):
        supervisor.submit(PAGE, f"{PAGE}/rules", words=word, department="ads-planning")
    with world.database.session() as session:
        second = routing_rules.all_of(session)[1].id
    supervisor.submit(PAGE, f"{PAGE}/rules/{second}/move", up="true")
    assert [words for words, _, _ in rules(world)] == [["나"], ["가"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": "", "kind": "", "department": "ads-planning"},
        {"words": "가", "department": "nowhere"},
        {"words": ",".join(f"말{n}" for n in range(60)), "department": "ads-planning"},
        {"words": " , ;", "kind": "made-up", "department": "ads-planning"},
    ],
)
def test_a_wrong_rule_comes_back_as_it_was_typed(
    world: World, supervisor: Browser, wrong: dict[str, str]
) -> None:
    sent = supervisor.submit(PAGE, f"{PAGE}/rules", **wrong)
    assert sent.status_code == 422
    assert wrong["words"] in sent.text
    assert rules(world) == []


def test_what_was_learned_is_shown_and_can_be_forgotten(world: World, supervisor: Browser) -> None:
    ticket_id = taught(world)
    assert MATTER in supervisor.get(PAGE).text
    assert supervisor.submit(PAGE, f"{PAGE}/lessons/{ticket_id}/remove").status_code == 303
    assert MATTER not in supervisor.get(PAGE).text
    with world.database.session() as session:
        assert route_lessons.all_of(session, world.vault) == []


def test_looking_at_what_citizens_wrote_is_in_the_access_log(world: World, supervisor: Browser) -> None:
    supervisor.get(PAGE)
    assert "routing.read" in [action for _, action, _ in world.logged()]


@pytest.mark.parametrize("role", ["agent", "editor", "auditor"])
def test_only_supervisors_see_and_change_rules(world: World, role: str) -> None:
    browser = world.signed_in("lee", role)
    assert browser.get(PAGE).status_code == 403
    for action in (PAGE, f"{PAGE}/rules", f"{PAGE}/rules/x/remove", f"{PAGE}/lessons/x/remove"):
        assert (
            browser.submit("/staff/directory", action, words="가", department="ads-planning").status_code
            == 403
        )
    assert rules(world) == []
