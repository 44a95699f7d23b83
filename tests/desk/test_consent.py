from __future__ import annotations

from dataclasses import astuple

import pytest

from core.errors import Invalid
from desk import consent


def test_the_notice_has_all_four_points() -> None:
    assert all(astuple(consent.current_notice()))


def test_a_version_gives_back_what_was_shown() -> None:
    shown = consent.current_notice()
    assert consent.notice(shown.version) == shown


@pytest.mark.parametrize("version", ["", "1999-01-01"])
def test_consent_to_a_notice_that_never_was_is_none(version: str) -> None:
    with pytest.raises(Invalid, match="동의"):
        consent.notice(version)
