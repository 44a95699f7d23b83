"""Make both Python environments, with nothing but an ordinary Python (3.8 or newer) at hand.

`.venv` is ours (Python 3.11+), `.venv-rasa` is Rasa's (Python 3.10). A stamp in each holds the hash of what
it was made from, so a second run only compares hashes. Data and the dialogue's model: see `ops.prepare`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
STEPS = 6  # four here, two in ops.prepare
STAMP = ".eungdae-stamp"
SIGN_OF_LIFE = 20  # seconds
OUR_PYTHONS = ("3.11", "3.12", "3.13")  # the tested one first
OURS, RASAS = ".venv", ".venv-rasa"
SOURCES = {
    OURS: [REQUIREMENTS / "main.txt", ROOT / "pyproject.toml"],
    RASAS: [REQUIREMENTS / "rasa.txt", REQUIREMENTS / "rasa-constraints.txt"],
}


class SetupError(Exception):
    """Setup can't go on; the message is the one line that says why, and what to do."""


def main() -> int:
    """Bring both environments up to date; 0 when they are. `--check` only names the ones that aren't."""
    if "--check" in sys.argv[1:]:
        print(*(name for name, sources in SOURCES.items() if not is_current(ROOT / name, sources)))
        return 0
    try:
        make_ours(ROOT / OURS)
        make_rasas(ROOT / RASAS)
    except SetupError as error:
        print(f"준비하지 못했습니다: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n준비를 중단했습니다. 다시 실행하면 이어서 합니다.", file=sys.stderr)
        return 130
    return 0


def make_ours(folder: Path) -> None:
    """The environment of everything but Rasa."""
    sources = SOURCES[OURS]
    if is_current(folder, sources):
        return
    if not usable(folder):
        step(1, "Python 3.11 환경(.venv)을 만듭니다")
        create(folder, find_ours())
    step(2, "프로그램이 쓰는 패키지를 설치합니다(처음에는 몇 분 걸립니다)")
    # alone and first: pip then takes the exact build that this machine offers, a CPU build where there is one
    pip(folder, torch_requirement())
    pip(folder, "-r", "requirements/main.txt")
    pip(folder, "--no-deps", "--no-build-isolation", "--editable", ".")
    write_stamp(folder, sources)


def make_rasas(folder: Path) -> None:
    """Rasa's environment."""
    sources = SOURCES[RASAS]
    if is_current(folder, sources):
        return
    if not usable(folder):
        step(3, "Rasa가 쓰는 Python 3.10 환경(.venv-rasa)을 만듭니다")
        create(folder, find_rasas())
    step(4, "Rasa를 설치합니다(처음에는 몇 분 걸립니다)")
    pip(folder, "-r", "requirements/rasa.txt")
    write_stamp(folder, sources)


def find_ours() -> str:
    """The path of a Python 3.11 or newer that can make environments."""
    names = [str(Path(path, f"python{version}")) for version in OUR_PYTHONS for path in search_path()]
    for candidate in [*names, sys.executable]:
        if runs(candidate, "sys.version_info >= (3, 11)"):
            return candidate
    raise SetupError(
        "venv를 쓸 수 있는 Python 3.11 이상이 필요합니다"
        "(Debian·Ubuntu: apt install python3.11-venv, 그 밖에는 pyenv install 3.11)."
    )


def find_rasas() -> str:
    """The path of a Python 3.10: one that is here, or one that uv fetches."""
    uv = str(ROOT / OURS / "bin" / "uv")
    # uv gives up at a pyenv shim of a version that isn't switched on, so the real interpreters stand first
    environment = {**os.environ, "PATH": os.pathsep.join(search_path())}
    find = [uv, "python", "find", "--no-project", "3.10"]
    for command in (find, [uv, "python", "install", "--quiet", "3.10"], find):
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        found = done.stdout.strip()
        if command is find and done.returncode == 0 and runs(found, "sys.version_info[:2] == (3, 10)"):
            return found
    raise SetupError(
        "Rasa에는 Python 3.10이 필요한데 이 컴퓨터에 없고 내려받지도 못했습니다. "
        "`.venv/bin/uv python install 3.10`이나 `pyenv install 3.10`으로 설치하고 다시 실행하십시오."
    )


def search_path() -> list[str]:
    """The folders to look for interpreters in: pyenv's real ones, then PATH."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    versions = sorted(pyenv.glob("versions/*/bin"), reverse=True)
    return [*map(str, versions), *os.environ.get("PATH", os.defpath).split(os.pathsep)]


def runs(python: str, condition: str) -> bool:
    """Whether this interpreter starts, has venv and pip to give, and meets the condition."""
    if not Path(python).exists():
        return False
    code = f"import sys, venv, ensurepip; sys.exit(0 if {condition} else 1)"
    return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0


def usable(folder: Path) -> bool:
    """Whether an environment stands here and its interpreter still starts."""
    return runs(str(folder / "bin" / "python"), "True")


def create(folder: Path, python: str) -> None:
    """Make an empty environment, over whatever broken one stands there."""
    if folder.exists():
        shutil.rmtree(folder)
    run([python, "-m", "venv", str(folder)], f"{folder.name} 환경을 만들지 못했습니다.")


def pip(folder: Path, *arguments: str) -> None:
    """Install with pip, which knows this machine's own configuration."""
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    run([*command, *arguments], "패키지를 설치하지 못했습니다. 네트워크와 디스크를 확인해 주십시오.")


def run(command: list[str], failure: str) -> None:
    """Run a command, with a sign of life while it works."""
    # another environment's variables must not lead pip astray
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    started = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        while process.poll() is None:
            try:
                process.wait(timeout=SIGN_OF_LIFE)
            except subprocess.TimeoutExpired:
                print(f"      … {time.monotonic() - started:.0f}초", flush=True)
    if process.returncode != 0:
        raise SetupError(failure)


def torch_requirement() -> str:
    """The pinned torch, as main.txt has it."""
    lines = (REQUIREMENTS / "main.txt").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("torch=="))


def is_current(folder: Path, sources: list[Path]) -> bool:
    """Whether this environment was made from exactly these files."""
    stamp = folder / STAMP
    return (folder / "bin" / "python").exists() and stamp.exists() and stamp.read_text() == digest(sources)


def write_stamp(folder: Path, sources: list[Path]) -> None:
    """Remember what this environment was made from."""
    (folder / STAMP).write_text(digest(sources))


def digest(sources: list[Path]) -> str:
    """One hash over the files' contents."""
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()


def step(number: int, text: str) -> None:
    """Say what is going on."""
    print(f"[{number}/{STEPS}] {time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
