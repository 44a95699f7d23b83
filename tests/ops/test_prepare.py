from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from core.settings import Settings
from ops import prepare as module
from ops.prepare import Step, StepFailed, prepare, steps


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    """A step that copies its source and counts its runs."""
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "source.yml").write_text("one")
    code = "from pathlib import Path; Path('out').mkdir(exist_ok=True); open('out/product', 'a').write('x')"
    return Step(
        number=5,
        text="만듭니다",
        command=[sys.executable, "-c", code],
        sources=["*.yml"],
        facts=["sqlite:///x"],
        stamp=tmp_path / "out" / "made.stamp",
        product="product",
    )


def test_a_step_is_done_once(step: Step) -> None:
    assert not step.is_current()
    step.run()
    assert step.is_current()


def test_a_changed_source_makes_it_due_again(step: Step, tmp_path: Path) -> None:
    step.run()
    (tmp_path / "source.yml").write_text("two")
    assert not step.is_current()


def test_a_new_source_makes_it_due_again(step: Step, tmp_path: Path) -> None:
    step.run()
    (tmp_path / "another.yml").touch()
    assert not step.is_current()


def test_a_missing_product_makes_it_due_again(step: Step, tmp_path: Path) -> None:
    step.run()
    (tmp_path / "out" / "product").unlink()
    assert not step.is_current()


def test_a_failed_step_is_told_and_stays_due(step: Step, capfd: pytest.CaptureFixture[str]) -> None:
    failing = Step(
        **{**step.__dict__, "command": [sys.executable, "-c", "raise SystemExit('why')"], "quiet": True}
    )
    with pytest.raises(StepFailed, match="준비 단계 5"):
        failing.run()
    assert "why" in capfd.readouterr().err
    assert not failing.is_current()


def test_preparing_makes_the_secrets_and_runs_only_what_is_due(
    step: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "steps", lambda _: [step])
    settings = Settings(data_dir=tmp_path / "data")
    prepare(settings)
    prepare(settings)
    assert (tmp_path / "out" / "product").read_text() == "x"
    assert stat.S_IMODE((tmp_path / "data" / "secrets.env").stat().st_mode) == 0o600
    assert capsys.readouterr().out.count("[5/6]") == 1


def test_another_database_is_prepared_for_itself(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    other = settings.model_copy(update={"database_url": "postgresql+psycopg://localhost/eungdae"})
    assert steps(settings)[0].fingerprint() != steps(other)[0].fingerprint()
