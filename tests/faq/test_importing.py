"""An import says what it would change, and does all of it or nothing. On both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from faq import importing, repository
from faq.models import FaqParaphrase
from faq.sources import SourceErrors

from .conftest import ENTRIES, NOW, make_entry


def bring(database, entries, **options):
    with database.session() as session:
        changes = importing.plan(session, entries, **options)
        importing.apply(session, changes, NOW)
    return changes


def stored(database):
    with database.session() as session:
        return repository.all_entries(session)


def test_what_was_imported_is_there(database) -> None:
    changes = bring(database, ENTRIES)
    assert changes.added == ENTRIES
    assert stored(database) == sorted(ENTRIES, key=lambda entry: entry.id)


def test_the_same_again_changes_nothing(database) -> None:
    bring(database, ENTRIES)
    assert bring(database, ENTRIES).empty


def test_a_changed_entry_is_overwritten_and_others_stay(database) -> None:
    bring(database, ENTRIES)
    changed = make_entry(paraphrases=("복사기 어디 있나요", "복사기 사용해도 될까요", "복사"))
    changes = bring(database, [changed])
    assert (changes.added, changes.changed, changes.removed) == ([], [changed], [])
    with database.session() as session:
        assert repository.get_entry(session, "visit.copier") == changed
    assert len(stored(database)) == len(ENTRIES)


def test_fewer_paraphrases_leave_none_behind(database) -> None:
    bring(database, ENTRIES)
    bring(database, [make_entry(paraphrases=())])
    with database.session() as session:
        left = select(func.count()).where(FaqParaphrase.entry_id == "visit.copier")
        assert session.scalar(left) == 0


def test_only_replacing_removes(database) -> None:
    bring(database, ENTRIES)
    changes = bring(database, ENTRIES[:1], replace=True)
    assert changes.removed == ["ads.fee", "edu.first", "edu.third"]
    assert stored(database) == ENTRIES[:1]


def test_a_question_that_another_entry_has_is_refused(database) -> None:
    bring(database, ENTRIES)
    with (
        database.session() as session,
        pytest.raises(SourceErrors, match=r"visit\.copier.*이미 있습니다|이미 있습니다"),
    ):
        importing.plan(session, [make_entry("visit.again", question="복사기를 써도 되나요", paraphrases=())])


def test_a_failure_halfway_leaves_everything_as_it_was(database) -> None:
    bring(database, ENTRIES)
    with pytest.raises(RuntimeError), database.session() as session:
        importing.apply(session, importing.plan(session, [make_entry(answer="새 답변")]), NOW)
        raise RuntimeError
    assert stored(database) == sorted(ENTRIES, key=lambda entry: entry.id)
