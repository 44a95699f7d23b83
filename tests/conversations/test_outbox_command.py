"""`eungdae outbox` over a real database: seen, sent again, given up; nothing about anybody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from conversations import outbox
from conversations.models import OutboxItem
from tests.conversations.post import items, opened, owe_about
from tests.conversations.world import World
from web.cli.outbox_commands import app


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database will do: what differs between them is tried with the outbox itself."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("DATABASE_URL", world.database.engine.url.render_as_string(hide_password=False))
    return world


async def stuck(world: World, state: str = outbox.FAILED, **fields: Any) -> int:
    """An item in that state; its id."""
    opened(world)
    if not world.tickets():
        await world.conversations.submit("web", "u1", world.form())
    item_id = owe_about(world, world.tickets()[0], "비밀스러운 답변")
    with world.database.session() as session:
        item = session.get_one(OutboxItem, item_id)
        item.state, item.tries = state, 7
        for name, value in fields.items():
            setattr(item, name, value)
    return item_id


def run(*arguments: str, columns: str = "200") -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": columns})


async def test_the_list_shows_what_is_not_over_and_nothing_about_anybody(world: World) -> None:
    for state in outbox.STATES:
        await stuck(world, state, uncertain=True, reason="응답이 끊겼습니다.")
    shown = run().output
    for word in ("발송 대기", "고객 대기", "실패", world.tickets()[0].number, "두 번 전달되었을 수 있음"):
        assert word in shown
    assert "취소" not in shown
    assert "비밀" not in shown
    assert "010-1234-5678" not in run("--json").output


async def test_what_goes_into_a_file_is_cut_nowhere(world: World) -> None:
    reason = "받는 쪽에서 거절했습니다. " * 10
    await stuck(world, reason=reason.strip())
    [line] = [line for line in run(columns="80").output.splitlines() if "실패" in line]
    assert reason.strip() in line
    assert world.tickets()[0].number in line


async def test_it_is_narrowed_down_by_state_route_and_ticket(world: World) -> None:
    await stuck(world)
    waits = await stuck(world, outbox.WAITS, route="kakao")
    for narrowed in (["--state", "waits"], ["--route", "kakao"]):
        assert [row["id"] for row in json.loads(run(*narrowed, "--json").output)] == [waits]
    assert len(json.loads(run("--ticket", world.tickets()[0].number, "--json").output)) == 2
    assert run("--state", "sent").output.strip() == "발송함이 비어 있습니다."


@pytest.mark.parametrize(
    "wrong", [["--state", "gone"], ["--ticket", "E-20261122-0000"], ["retry"], ["cancel"]]
)
async def test_what_is_asked_wrongly_is_told_in_one_line(world: World, wrong: list[str]) -> None:
    result = run(*wrong)
    assert result.exit_code == 1
    assert len(result.output.strip().splitlines()) == 1


async def test_what_failed_is_sent_again_with_all_its_tries(world: World) -> None:
    one, other = await stuck(world), await stuck(world)
    assert "1건" in run("retry", one).output
    assert "1건" in run("retry", "--all").output
    world.later(days=400)  # the command runs by the real clock
    await world.courier.round()
    await world.courier.round()
    assert [item.state for item in items(world)] == [outbox.SENT] * 2
    assert [item.id for item in items(world)] == [one, other]


@pytest.mark.parametrize(("uncertain", "same"), [(True, True), (False, False)])
async def test_a_vendor_can_tell_a_repetition_only_where_there_may_be_one(
    world: World, uncertain: bool, same: bool
) -> None:
    item_id = await stuck(world, uncertain=uncertain)
    key = items(world)[0].key
    run("retry", item_id)
    assert (items(world)[0].key == key) is same


async def test_what_is_cancelled_never_goes_out_and_can_be_called_back(world: World) -> None:
    item_id = await stuck(world, outbox.OWED)
    run("cancel", item_id)
    await world.courier.round()
    assert items(world)[0].state == outbox.CANCELLED
    run("retry", item_id)
    assert items(world)[0].state == outbox.OWED


async def test_what_is_over_or_under_way_is_left_alone_and_all_of_a_command_with_it(world: World) -> None:
    failed, sent = await stuck(world), await stuck(world, outbox.SENT)
    for act in ("retry", "cancel"):
        assert run(act, failed, sent).exit_code == 1
    assert run("retry", 999).exit_code == 1
    assert [item.state for item in items(world)] == [outbox.FAILED, outbox.SENT]
