"""What every source of entries promises: what it writes it reads back, and an error names file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from faq.entries import Entry, same_question
from faq.sources import SourceErrors, load_sources, write_entries

ROOT = Path(__file__).parents[2]

ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}\.[a-z0-9_-]{1,8}", fullmatch=True)
texts = st.text(min_size=1, max_size=40).filter(same_question)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@st.composite
def corpora(draw: st.DrawFn) -> list[Entry]:
    entries: list[Entry] = []
    taken: set[str] = set()
    category, title = draw(ids), draw(st.text(max_size=10))
    for entry_id in draw(st.lists(ids, max_size=4, unique=True)):
        wordings = [t for t in draw(st.lists(texts, min_size=1, max_size=4)) if same_question(t) not in taken]
        taken |= {same_question(t) for t in wordings}
        try:
            entry = Entry(
                id=entry_id,
                category=category,
                category_title=title,
                question=wordings[0] if wordings else "",
                paraphrases=tuple(wordings[1:]),
                answer=draw(st.text(min_size=1, max_size=80)),
                department=draw(ids),
                source=draw(texts),
                valid_from=date(2000, 1, 1),
                valid_until=draw(st.none() | days),
            )
        except ValidationError:
            continue
        entries.append(entry)
    return entries


@pytest.fixture(params=[".yml", ".csv", ".xlsx"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"faq{request.param}"


@given(entries=corpora())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_written_is_read_back(path: Path, entries: list[Entry]) -> None:
    write_entries(path, entries)
    assert {e.id: e for e in load_sources([path])} == {e.id: e for e in entries}


def test_the_sample_survives_every_kind(path: Path) -> None:
    sample = load_sources([ROOT / "faq" / "corpus"])
    write_entries(path, sample)
    assert {e.id: e for e in load_sources([path])} == {e.id: e for e in sample}


def test_texts_that_look_like_something_else_stay_texts(path: Path) -> None:
    entry = Entry(
        id="a.b",
        category="a",
        question="=1+1 은 얼마?",
        paraphrases=("2026-01-01", "null", "1e5", "yes", "- x: {y"),
        answer="첫 줄: 예\n둘째 줄, \"따옴표\"와 '작은따옴표'",
        department="d",
        source="010",
        valid_from=date(2026, 1, 1),
    )
    write_entries(path, [entry])
    assert load_sources([path]) == [entry]


def test_a_file_that_is_something_else_is_refused_by_name(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00PK\x03\x04 {{{ \xd8\x00")
    with pytest.raises(SourceErrors) as refused:
        load_sources([path])
    assert refused.value.errors
    assert all(line.startswith(f"{path.name}:") for line in refused.value.errors)


def test_an_unknown_kind_and_a_missing_file_are_refused(path: Path) -> None:
    with pytest.raises(SourceErrors, match=r"faq\.docx:1: 읽을 수 있는 파일은"):
        load_sources([path.with_suffix(".docx")])
    with pytest.raises(SourceErrors, match=path.name):
        load_sources([path])
