"""No line of the log holds personal data, whoever writes it."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from core.logging import configure


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the real set-up writes to standard error."""
    written, root, former = io.StringIO(), logging.getLogger(), structlog.get_config()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(root, "handlers", [])
    configure()
    yield written
    structlog.configure(**former)


def test_an_event_is_one_line_of_json_with_time_and_level(log: io.StringIO) -> None:
    structlog.get_logger().info("색인을 만들었습니다", rows=3)
    event = json.loads(log.getvalue())
    assert event["event"] == "색인을 만들었습니다"
    assert (event["level"], event["rows"]) == ("info", 3)
    assert event["timestamp"].endswith("Z")


def test_personal_data_in_an_event_is_masked(log: io.StringIO) -> None:
    structlog.get_logger().warning("거절: 010-1234-5678", text="hong@example.kr", number=7)
    line = log.getvalue()
    assert json.loads(line)["event"] == "거절: (전화번호)"
    assert json.loads(line)["text"] == "(전자우편)"


def test_personal_data_in_a_traceback_is_masked(log: io.StringIO) -> None:
    try:
        raise ValueError("wrong number 010-1234-5678")
    except ValueError:
        structlog.get_logger().exception("it failed")
    line = log.getvalue()
    assert "wrong number (전화번호)" in json.loads(line)["exception"]
    assert "1234-5678" not in line


def test_what_libraries_log_is_masked_too_with_its_traceback(log: io.StringIO) -> None:
    try:
        raise ValueError("Key (sender)=(010-1234-5678) already exists")
    except ValueError:
        logging.getLogger("a.library").exception("failed for %s", "hong@example.kr")
    written = log.getvalue()
    assert "failed for (전자우편)" in written
    assert "ValueError: Key (sender)=((전화번호)) already exists" in written


def test_libraries_are_not_talkative(log: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST …")
    assert log.getvalue() == ""
