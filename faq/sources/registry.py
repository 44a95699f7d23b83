"""Picks the source of a file by its name, and checks what all files together say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from pydantic import ValidationError

from faq.entries import Entry, same_question
from faq.sources.csv_file import CsvSource
from faq.sources.draft import Draft, Source, SourceErrors
from faq.sources.excel import ExcelSource
from faq.sources.yaml_file import YamlSource

SOURCES: list[Source] = [YamlSource(), CsvSource(), ExcelSource()]

_MESSAGES = {
    "missing": "빠졌습니다",
    "extra_forbidden": "모르는 항목입니다",
    "string_type": "비어 있습니다",
    "string_pattern_mismatch": "영문 소문자, 숫자, '-', '_', '.'만 쓸 수 있습니다",
    "tuple_type": "목록이어야 합니다",
}


def source_of(path: Path) -> Source:
    """The source that reads this kind of file; raises SourceErrors for any other."""
    for source in SOURCES:
        if path.suffix.lower() in source.suffixes:
            return source
    kinds = ", ".join(suffix for source in SOURCES for suffix in source.suffixes)
    raise SourceErrors([f"{path.name}:1: 읽을 수 있는 파일은 {kinds}입니다"])


def load_sources(paths: Iterable[Path], departments: Collection[str] | None = None) -> list[Entry]:
    """All entries of these files, and of the files in these folders; or SourceErrors with everything that is
    wrong.

    `departments` are the ids that an entry may name; None leaves that unchecked.
    """
    drafts: list[Draft] = []
    errors: list[str] = []
    for path in _files(paths):
        try:
            drafts += source_of(path).read(path)
        except SourceErrors as error:
            errors += error.errors
        except OSError as error:
            errors.append(f"{path.name}:1: 읽을 수 없습니다: {error.strerror}")
    return _checked(drafts, departments, errors)


def write_entries(path: Path, entries: list[Entry]) -> None:
    """Write entries in the kind that the file's name says; raises SourceErrors for an unknown kind."""
    source_of(path).write(path, entries)


def _files(paths: Iterable[Path]) -> list[Path]:
    known = {suffix for source in SOURCES for suffix in source.suffixes}
    files: list[Path] = []
    for path in paths:
        files += sorted(p for p in path.iterdir() if p.suffix.lower() in known) if path.is_dir() else [path]
    return files


def _checked(drafts: list[Draft], departments: Collection[str] | None, errors: list[str]) -> list[Entry]:
    entries: list[Entry] = []
    ids: dict[str, str] = {}
    questions: dict[str, tuple[str, str]] = {}
    for draft in drafts:
        try:
            entry = Entry.model_validate(draft.values)
        except ValidationError as error:
            errors += _field_errors(draft, error)
            continue
        errors += _conflicts(draft, entry, departments, ids, questions)
        entries.append(entry)
    if errors:
        raise SourceErrors(errors)
    return entries


def _field_errors(draft: Draft, error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors():
        name, position = (*problem["loc"], None, None)[:2]
        message = _message(problem["type"], problem["msg"])
        label = f"{name}: " if name else ""
        where = draft.at(str(name) if name else None, position if isinstance(position, int) else None)
        lines.append(f"{where}: {label}{message}")
    return lines


def _message(kind: str, message: str) -> str:
    if kind.startswith("date"):
        return "날짜가 아닙니다(예: 2026-01-31)"
    return _MESSAGES.get(kind) or message.removeprefix("Value error, ")


def _conflicts(
    draft: Draft,
    entry: Entry,
    departments: Collection[str] | None,
    ids: dict[str, str],
    questions: dict[str, tuple[str, str]],
) -> list[str]:
    errors = []
    if entry.id in ids:
        errors.append(f"{draft.at('id')}: id가 이미 있습니다: {entry.id} ({ids[entry.id]})")
    ids.setdefault(entry.id, draft.at("id"))
    if departments is not None and entry.department not in departments:
        errors.append(f"{draft.at('department')}: 모르는 부서입니다: {entry.department}")
    for i, text in enumerate(entry.questions):
        where = draft.at("question") if i == 0 else draft.at("paraphrases", i - 1)
        owner, first = questions.setdefault(same_question(text), (entry.id, where))
        if owner != entry.id:
            errors.append(f"{where}: 같은 질문이 다른 항목에 있습니다: {text} ({owner}, {first})")
    return errors
