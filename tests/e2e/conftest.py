"""One real installation for the whole run, set up once: web process, Rasa, data, index, model."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from ops.layout import RASA_PYTHON
from tests.e2e.browsers import FAILED
from tests.e2e.installation import Installation, prepare
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
def house(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation that the tests share; who breaks it mends it."""
    # Requests are limited by address, and all citizens of the tests have the same one.
    shared = Installation(
        shutil.copytree(prepared, tmp_path_factory.mktemp("house"), dirs_exist_ok=True),
        EUNGDAE_RATE_LIMITS="false",
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
