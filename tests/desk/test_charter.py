"""The list of the charter's promises: complete, and measurable as it says."""

from __future__ import annotations

from collections import defaultdict

import pytest

from desk import charter, kinds, states

# How many promises stand in each part of the charter, counted by hand.
ITEMS = {
    "visit": 6,
    "phone": 4,
    "writing": 3,
    "redress": 5,
    "openness": 6,
    "participation": 2,
    "survey": 2,
    "requests": 3,
}
TICKET_EVENTS = {*states._STEPS, "added", "apologised", "remedied", "decided", "reclassified", "noted"}


def test_every_item_of_the_charter_is_in_the_list() -> None:
    found = defaultdict(set)
    for pledge in charter.pledges():
        found[pledge.part].add(pledge.item)
    assert {part: set(range(1, count + 1)) for part, count in ITEMS.items()} == found
    assert list(charter.parts()) == list(ITEMS)


def test_every_promise_says_how_it_is_measured_or_who_measures_it_instead() -> None:
    assert all(pledge.how.endswith(".") and pledge.promise.endswith(".") for pledge in charter.pledges())
    assert {pledge.measured for pledge in charter.pledges()} == {"ledger", "figure", "outside"}


def test_what_the_ledger_counts_follows_from_events_and_kinds_that_exist() -> None:
    for pledge in charter.measured().values():
        assert pledge.begins | pledge.kept_by <= TICKET_EVENTS | {"closed_unasked"}, pledge.id
        assert pledge.kinds <= set(kinds.KINDS), pledge.id
        assert pledge.broken_with <= set(charter.measured()), pledge.id
        assert pledge.now, pledge.id


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"article": "moon 1"}, "no part moon"),
        ({"clock": "someday"}, "no clock"),
        ({"clock": {"minutes": "ten"}}, "no clock"),
        ({"kept_by": []}, "can't be measured"),
        ({"now": ""}, "can't be measured"),
        ({"title": ""}, "can't be measured"),
        ({"clock": None}, "can't be measured"),
        ({"misspelt": 1}, "can't be measured"),
        ({"measured": "figure"}, "can't be measured"),
        ({"measured": "by heart"}, "can't be measured"),
    ],
)
def test_a_promise_that_cannot_be_measured_so_is_refused(wrong: dict[str, object], words: str) -> None:
    good = {
        "id": "reply",
        "article": "openness 5",
        "title": "답변",
        "promise": "답변합니다.",
        "measured": "ledger",
        "how": "셉니다.",
        "begins": ["received"],
        "kept_by": ["answered"],
        "clock": "promise",
        "now": "답변해 주십시오.",
    }
    assert charter._pledge(dict(good)).clock == charter.Clock("promise")
    with pytest.raises(ValueError, match=words):
        charter._pledge(good | wrong)
