from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "setup.py"


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The setup script over an empty checkout; `setup.ran` collects what it would have run."""
    spec = importlib.util.spec_from_file_location("setup_under_test", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for folder, sources in module.SOURCES.items():
        module.SOURCES[folder] = [tmp_path / source.name for source in sources]
        for source in module.SOURCES[folder]:
            source.write_text("torch==2.13.0\n")
    module.ran = []
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "REQUIREMENTS", tmp_path)
    monkeypatch.setattr(module, "create", lambda folder, _: make_environment(folder))
    monkeypatch.setattr(module, "run", lambda command, _: module.ran.append(command))
    monkeypatch.setattr(module, "find_rasas", lambda: sys.executable)
    monkeypatch.setattr(sys, "argv", ["setup.py"])
    return module


def make_environment(folder: Path) -> None:
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    python = folder / "bin" / "python"
    python.unlink(missing_ok=True)
    python.symlink_to(sys.executable)


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_second_setup_does_nothing(setup: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert setup.main() == 0
    assert setup.ran
    assert "[2/6]" in capsys.readouterr().out
    setup.ran.clear()
    assert setup.main() == 0
    assert setup.ran == []
    assert capsys.readouterr().out == ""


def test_torch_is_installed_alone_and_first(setup: ModuleType) -> None:
    setup.main()
    assert setup.ran[0][-1] == "torch==2.13.0"


def test_changed_pins_are_installed_into_the_environment_that_is_there(
    setup: ModuleType, tmp_path: Path
) -> None:
    setup.main()
    setup.ran.clear()
    (tmp_path / "main.txt").write_text("torch==2.13.1\n")
    (tmp_path / ".venv" / "marker").touch()
    setup.main()
    assert setup.ran[0][-1] == "torch==2.13.1"
    assert (tmp_path / ".venv" / "marker").exists()
    assert not any(".venv-rasa" in command[0] for command in setup.ran)


def test_an_environment_whose_python_is_gone_is_made_anew(setup: ModuleType, tmp_path: Path) -> None:
    setup.main()
    setup.ran.clear()
    (tmp_path / ".venv" / "bin" / "python").unlink()
    setup.main()
    assert setup.ran


def test_an_interrupted_setup_leaves_no_stamp(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise setup.SetupError("패키지를 설치하지 못했습니다.")

    monkeypatch.setattr(setup, "run", fail)
    assert setup.main() == 1
    assert not setup.is_current(setup.ROOT / ".venv", setup.SOURCES[".venv"])


def test_check_names_what_is_out_of_date(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.main()
    (setup.ROOT / "rasa.txt").write_text("rasa==3.6.22\n")
    monkeypatch.setattr(sys, "argv", ["setup.py", "--check"])
    capsys.readouterr()
    assert setup.main() == 0
    assert capsys.readouterr().out == ".venv-rasa\n"


def test_without_a_python_of_ours_one_line_says_what_to_do(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "runs", lambda *_: False)
    assert setup.main() == 1
    told = capsys.readouterr().err
    assert "Python 3.11 이상이 필요합니다" in told
    assert told.count("\n") == 1


def test_real_interpreters_stand_before_pyenvs_shims(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyenv" / "versions" / "3.10.13" / "bin").mkdir(parents=True)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", f"/shims{os.pathsep}/usr/bin")
    assert setup.search_path() == [str(tmp_path / "pyenv/versions/3.10.13/bin"), "/shims", "/usr/bin"]


class TestRasasPython:
    @pytest.fixture
    def setup(self, setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
        spec = importlib.util.spec_from_file_location("setup_for_rasa", SCRIPT)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        monkeypatch.setattr(module, "ROOT", setup.ROOT)
        monkeypatch.setattr(module, "runs", lambda python, _: python == "/somewhere/python3.10")
        return module

    def test_the_one_that_is_here_is_taken(self, setup: ModuleType, tmp_path: Path) -> None:
        script(tmp_path / ".venv/bin/uv", 'test "$2" = find && echo /somewhere/python3.10')
        assert setup.find_rasas() == "/somewhere/python3.10"

    def test_one_is_fetched_where_none_is(self, setup: ModuleType, tmp_path: Path) -> None:
        fetched = tmp_path / "fetched"
        code = f'test "$2" = install && touch {fetched}\ntest -e {fetched} && echo /somewhere/python3.10'
        script(tmp_path / ".venv/bin/uv", code)
        assert setup.find_rasas() == "/somewhere/python3.10"

    def test_where_none_can_be_had_one_line_says_how_to_get_it(
        self, setup: ModuleType, tmp_path: Path
    ) -> None:
        script(tmp_path / ".venv/bin/uv", "echo 'error: Failed to inspect Python interpreter' >&2; exit 2")
        with pytest.raises(setup.SetupError, match=r"pyenv install 3\.10"):
            setup.find_rasas()
