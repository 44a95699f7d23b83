"""Whose business a question is, by entries and duties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.decision import Candidate
from faq.owners import shares
from faq.understanding import Understanding

OWNERS = {"fee": "ads", "proof": "ads", "copier": "affairs"}


def understood(*found: tuple[str, float], duties: tuple[tuple[str, float], ...] = ()) -> Understanding:
    candidates = tuple(Candidate(name, name, confidence) for name, confidence in found)
    return Understanding("unknown", 0.5, departments=duties, candidates=candidates)


def test_as_likely_as_an_entry_answers_its_owner_is_meant() -> None:
    assert shares(understood(("fee", 0.8)), OWNERS) == (("ads", 0.8),)


def test_entries_of_one_owner_add_up() -> None:
    found = shares(understood(("copier", 0.4), ("fee", 0.3), ("proof", 0.2)), OWNERS)
    assert found == (("ads", pytest.approx(0.5)), ("affairs", pytest.approx(0.4)))


def test_what_the_entries_leave_open_is_shared_out_by_duties() -> None:
    found = dict(shares(understood(("fee", 0.4), duties=(("affairs", 5.0), ("ads", 1.0))), OWNERS))
    assert found["affairs"] > 0.5
    assert sum(found.values()) == pytest.approx(1)


def test_an_entry_that_is_gone_owns_nothing() -> None:
    assert shares(understood(("gone", 0.9)), OWNERS) == ()


def test_a_question_without_topic_is_nobodys() -> None:
    assert shares(understood(), OWNERS) == ()


@given(
    found=st.lists(st.tuples(st.sampled_from([*OWNERS, "gone"]), st.floats(0, 1)), max_size=10),
    duties=st.lists(
        st.tuples(st.sampled_from("abc"), st.floats(-20, 20)), max_size=3, unique_by=lambda x: x[0]
    ),
)
def test_shares_are_never_more_than_the_whole_and_stand_in_order(found, duties) -> None:
    told = [share for _, share in shares(understood(*found, duties=tuple(duties)), OWNERS)]
    assert told == sorted(told, reverse=True)
    assert all(share >= 0 for share in told)
    assert sum(told) <= 1 + 1e-6
