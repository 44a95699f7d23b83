"""One real installation for the whole run, set up once: web process, Rasa, data, index, model."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from channels.line.fake import FakeLine
from ops.layout import RASA_PYTHON
from tests.e2e.browsers import FAILED, WAIT_MS, Pages, Widget, chromium
from tests.e2e.installation import Installation, free_ports, prepare
from tests.e2e.people import Citizen, KakaoCitizen


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them need everything."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            for mark in ("e2e", "slow", "rasa"):
                item.add_marker(mark)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fixtures that end may ask whether their test has failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `make setup` leaves it: to be copied, not used."""
    if not RASA_PYTHON.exists():
        pytest.fail("Rasa's environment isn't there: run `make setup` first.", pytrace=False)
    return prepare(tmp_path_factory.mktemp("prepared"))


@pytest.fixture(scope="session")
def line_port() -> int:
    """Where LINE is, for the installation that the tests share."""
    return free_ports(1)[0]


@pytest.fixture(scope="session")
def house(prepared: Path, tmp_path_factory: pytest.TempPathFactory, line_port: int) -> Iterator[Installation]:
    """The installation that the tests share; who breaks it mends it."""
    # Requests are limited by address, and all citizens of the tests have the same one.
    shared = Installation(
        shutil.copytree(prepared, tmp_path_factory.mktemp("house"), dirs_exist_ok=True),
        EUNGDAE_RATE_LIMITS="false",
        EUNGDAE_LINE_API=f"http://127.0.0.1:{line_port}",
        **FakeLine.example,
    )
    try:
        shared.start()
        yield shared
        assert "unexpected error" not in shared.web.log.read_text(), "a request ended in a 500"
    finally:
        shared.stop()


@pytest.fixture(scope="session")
def unsure(house: Installation) -> str:
    """A question that gets choices; which one does is up to the calibration."""
    for text in ("광고 신청", "수수료", "교육 신청", "고객만족도", "광고", "교육", "방문 예약", "우편 접수"):
        if Citizen(house).say(text).kinds == ["choices"]:
            return text
    pytest.fail("None of these questions gets choices.", pytrace=False)


@pytest.fixture
def citizen(house: Installation) -> Citizen:
    """A visitor of the website who was never here before."""
    return Citizen(house)


@pytest.fixture
def kakao(house: Installation) -> KakaoCitizen:
    """A friend of the channel in KakaoTalk who was never here before."""
    return KakaoCitizen(house)


@pytest.fixture
def another(house: Installation) -> Callable[[], Citizen]:
    """More visitors."""
    return lambda: Citizen(house)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def pages(
    browser: Browser, house: Installation, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Pages]:
    """Makes pages, each of somebody else; a failed test leaves pictures of them in its folder."""
    made: list[Page] = []
    troubles: list[str] = []

    def make() -> Page:
        context = browser.new_context(
            base_url=house.url,
            locale="ko-KR",
            timezone_id="Asia/Seoul",
            viewport={"width": 1280, "height": 900},
        )
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        made.append(page)
        return page

    expect.set_options(timeout=WAIT_MS)
    yield make
    for number, page in enumerate(made):
        if FAILED in request.node.stash:
            page.screenshot(path=tmp_path / f"page-{number}.png")
        page.context.close()
    assert troubles == [], "the browser complained"


@pytest.fixture
def widget(pages: Pages) -> Widget:
    """A citizen's browser on the demo site."""
    page = pages()
    page.goto("/")
    return Widget(page)
