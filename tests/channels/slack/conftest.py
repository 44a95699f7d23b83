"""Slack with the staff's channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.slack.office import Office
from tests.contracts.doors import opened


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    monkeypatch.setenv("EUNGDAE_PUBLIC_URL", "https://help.example.kr/")
    async with opened("slack", tmp_path, monkeypatch) as door:
        yield Office(door)
