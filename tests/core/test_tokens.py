"""A token that was changed, is too old, or was made for something else opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import FixedClock
from core.errors import Unauthorized
from core.tokens import Signer

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def signer(key: str = "key", at: datetime = NOW) -> Signer:
    return Signer(key, FixedClock(at))


def test_a_genuine_token_gives_its_data_back() -> None:
    token = signer().sign("visitor", {"visitor": "a1"})
    assert signer().verify("visitor", token, DAY) == {"visitor": "a1"}


def test_a_token_lives_exactly_as_long_as_it_may() -> None:
    token = signer().sign("visitor", {"visitor": "a1"})
    assert signer(at=NOW + DAY).verify("visitor", token, DAY)
    with pytest.raises(Unauthorized):
        signer(at=NOW + DAY + timedelta(seconds=1)).verify("visitor", token, DAY)


def test_a_token_of_one_purpose_is_worthless_for_another() -> None:
    token = signer().sign("visitor", {"visitor": "a1"})
    with pytest.raises(Unauthorized):
        signer().verify("staff", token, DAY)


def test_a_token_under_another_key_is_refused() -> None:
    token = signer("somebody else's").sign("visitor", {"visitor": "a1"})
    with pytest.raises(Unauthorized):
        signer().verify("visitor", token, DAY)


def test_every_changed_character_breaks_the_token() -> None:
    token = signer().sign("visitor", {"visitor": "a1"})
    # The last character of a part carries bits that are padding, so only the others must matter.
    for place in [i for i in range(len(token) - 1) if token[i] != "." and token[i + 1] != "."]:
        forged = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(Unauthorized):
            signer().verify("visitor", forged, DAY)


@given(st.text())
def test_no_text_at_all_is_taken_for_a_token_or_breaks_the_check(text: str) -> None:
    with pytest.raises(Unauthorized):
        signer().verify("visitor", text, DAY)


def test_the_refusal_says_what_helps() -> None:
    with pytest.raises(Unauthorized) as refused:
        signer().verify("visitor", "", DAY)
    assert "다시 시작" in refused.value.message
