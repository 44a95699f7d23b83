"""What the widget costs a page, and the promises of its code that a strict content policy relies on."""

import gzip
import re
from pathlib import Path

PUBLIC = Path(__file__).parents[2] / "web" / "public"
LAUNCHER = PUBLIC / "widget.js"
MODULES = sorted((PUBLIC / "widget").glob("*.js"))
LIMIT = 20 * 1024
LAUNCHER_LIMIT = 4 * 1024


def gzipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), mtime=0))


def test_the_whole_widget_stays_within_20_kb_gzipped() -> None:
    sizes = {path.name: gzipped(path) for path in [LAUNCHER, *MODULES]}
    assert sum(sizes.values()) <= LIMIT, sizes


def test_a_page_that_nobody_chats_on_loads_only_a_small_button() -> None:
    assert gzipped(LAUNCHER) <= LAUNCHER_LIMIT
    static_imports = re.findall(r"^import\b.*", LAUNCHER.read_text("utf-8"), re.MULTILINE)
    assert static_imports == []


def test_the_widget_never_parses_a_string_as_markup_or_code() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|cssText"
    )
    found = [path.name for path in [LAUNCHER, *MODULES] if forbidden.search(path.read_text("utf-8"))]
    assert found == []


def test_the_widget_depends_on_nothing_but_its_own_files() -> None:
    for path in [LAUNCHER, *MODULES]:
        for target in re.findall(r"""(?:from|import\()\s*["']([^"']+)["']""", path.read_text("utf-8")):
            assert target.startswith("."), f"{path.name}: {target}"
            assert (path.parent / target).is_file(), f"{path.name}: {target}"


def test_the_widget_asks_for_nothing_from_elsewhere() -> None:
    for path in [LAUNCHER, *MODULES]:
        addresses = set(re.findall(r"https?://[\w.]+", path.read_text("utf-8")))
        assert addresses <= {"http://www.w3.org"}, path.name
