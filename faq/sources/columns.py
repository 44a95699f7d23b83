"""Tables (CSV, Excel): columns named in Korean or English, one entry a row, one paraphrase a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from faq.entries import Entry
from faq.sources.draft import Draft, SourceErrors

# The first Korean name is the one that `eungdae export` writes.
KOREAN: dict[str, tuple[str, ...]] = {
    "id": ("아이디", "식별자"),
    "category": ("분류",),
    "category_title": ("분류 이름", "분류 제목"),
    "question": ("질문", "대표 질문"),
    "paraphrases": ("유사 질문", "다른 표현"),
    "answer": ("답변",),
    "department": ("담당 부서", "부서"),
    "source": ("출처", "근거"),
    "valid_from": ("시작일", "유효 시작일"),
    "valid_until": ("종료일", "유효 종료일"),
}
_NAMES = {name.replace(" ", ""): field for field, names in KOREAN.items() for name in (field, *names)}


def header() -> list[str]:
    """The columns that are written."""
    return [names[0] for names in KOREAN.values()]


def cells(entry: Entry) -> list[str]:
    """The row of an entry, in the order of `header`."""
    values = entry.model_dump(mode="json")
    values["paraphrases"] = "\n".join(entry.paraphrases)
    return [values[field] or "" for field in KOREAN]


def drafts(file: str, rows: Iterable[tuple[int, list[str]]]) -> Iterator[Draft]:
    """Drafts of numbered rows, the first of which names the columns; raises SourceErrors."""
    numbered = iter(rows)
    first_line, names = next(numbered, (1, []))
    fields = [_NAMES.get(name.strip().lower().replace(" ", "")) for name in names]
    _check_header(f"{file}:{first_line}", names, fields)
    for line, row in numbered:
        if any(cell.strip() for cell in row):
            yield Draft(_values(fields, row), file, line)


def _check_header(where: str, names: list[str], fields: list[str | None]) -> None:
    known = [field for field in fields if field]
    errors = [
        f"{where}: 모르는 열입니다: {n}" for n, f in zip(names, fields, strict=True) if n.strip() and not f
    ]
    errors += [f"{where}: 열이 두 번 있습니다: {f}" for f in sorted({f for f in known if known.count(f) > 1})]
    errors += [
        f"{where}: 열이 없습니다: {KOREAN[f][0]}({f})" for f in ("id", "question", "answer") if f not in known
    ]
    if errors:
        raise SourceErrors(errors)


def _values(fields: list[str | None], row: list[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for field, cell in zip(fields, row, strict=False):
        if field == "paraphrases":
            values[field] = [line for line in cell.splitlines() if line.strip()]
        elif field and (cell.strip() or field not in {"valid_until", "category_title"}):
            values[field] = cell
    return values
