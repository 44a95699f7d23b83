"""The directory as files: Excel (two sheets), CSV (a file each), YAML. What is written can be read again."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import yaml
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.exceptions import InvalidFileException
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.privacy import Vault
from desk.directory_check import DirectoryErrors, Problem, Row, Rows
from desk.directory_rows import DEPARTMENT, STAFF, Column
from desk.models import Department, Staff

SUFFIXES: Final = (".xlsx", ".csv", ".yml", ".yaml")
MOST_ROWS: Final = 10_000
_LAST: Final = MOST_ROWS + 2
_UNPACKED: Final = 200 * 1024 * 1024
"""Bytes that a workbook may have unpacked."""
_SHEETS: Final = {"departments": ("부서", DEPARTMENT), "staff": ("직원", STAFF)}
# Only somebody who writes YAML by hand wants to choose these.
_UNWRITTEN: Final = {"id"}


def read(name: str, data: bytes) -> Rows:
    """The rows of a file, unchecked; raises `DirectoryErrors` for one that can't be read as its name says."""
    suffix = name[name.rfind(".") :].lower()
    try:
        if suffix == ".xlsx":
            return _tables(_sheets(name, data))
        if suffix == ".csv":
            return _tables([(name, _csv(data))])
        if suffix in {".yml", ".yaml"}:
            return _yaml(name, data)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as error:
        raise _unreadable(name, "엑셀 파일로 읽을 수 없습니다.") from error
    except (csv.Error, UnicodeDecodeError, ValueError) as error:
        raise _unreadable(name, "파일을 읽을 수 없습니다. 저장한 형식을 확인해 주십시오.") from error
    raise _unreadable(name, f"읽을 수 있는 파일은 {', '.join(SUFFIXES)}입니다.")


def joined(files: Iterable[Rows]) -> Rows:
    """Several files as one: people of one may belong to departments of another."""
    files = list(files)
    return Rows(
        [row for file in files for row in file.departments], [row for file in files for row in file.staff]
    )


def write(session: Session, vault: Vault, suffix: str, *, mobiles: bool = True) -> bytes:
    """The whole directory as a file of that kind; `.csv` gives a `.zip` of two. Passwords are in none."""
    tables = _exported(session, vault, mobiles)
    if suffix == ".xlsx":
        return _workbook(tables)
    if suffix == ".csv":
        return _zipped({f"{_SHEETS[name][0]}.csv": _as_csv(name, rows) for name, rows in tables.items()})
    return _as_yaml(tables)


def _tables(tables: Iterable[tuple[str, list[tuple[int, list[str]]]]]) -> Rows:
    """The rows of named tables; which of the two a table is, its header tells."""
    found: dict[str, list[Row]] = {"departments": [], "staff": []}
    problems: list[Problem] = []
    for place, lines in tables:
        if not lines:
            continue
        header_line, header = lines[0]
        kind, fields = _columns(header)
        where = f"{place} {header_line}행"
        problems += [
            Problem(where, title, "모르는 열입니다.")
            for title, field in zip(header, fields, strict=True)
            if title.strip() and field is None
        ]
        known = [field for field in fields if field]
        twice = sorted({field for field in known if known.count(field) > 1})
        problems += [Problem(where, field, "열이 두 번 있습니다.") for field in twice]
        for line, cells in lines[1:]:
            if any(cell.strip() for cell in cells):
                raw = {field: cell for field, cell in zip(fields, cells, strict=False) if field}
                found[kind].append(Row(f"{place} {line}행", raw, _SHEETS[kind][1]))
    if sum(map(len, found.values())) > MOST_ROWS:
        problems.append(Problem("파일", "", f"한 번에 {MOST_ROWS:,}행까지 가져올 수 있습니다."))
    if problems:
        raise DirectoryErrors(problems)
    return Rows(found["departments"], found["staff"])


def _columns(header: Sequence[str]) -> tuple[str, list[str | None]]:
    """Which table has most of these columns, and the name of each column there (None: of none)."""
    best: tuple[int, str, list[str | None]] = (-1, "staff", [])
    for kind, (_, columns) in _SHEETS.items():
        names = {_bare(title): column.name for column in columns for title in (column.title, column.name)}
        fields = [names.get(_bare(title)) for title in header]
        count = sum(field is not None for field in fields)
        if count > best[0]:
            best = (count, kind, fields)
    return best[1], best[2]


def _bare(title: str) -> str:
    return "".join(title.split()).casefold()


def _sheets(name: str, data: bytes) -> list[tuple[str, list[tuple[int, list[str]]]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _UNPACKED:
            raise _unreadable(name, "파일이 너무 큽니다.")
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        return [
            (
                f"{sheet.title} 시트",
                _lines(sheet.iter_rows(max_row=_LAST, max_col=50, values_only=True)),
            )
            for sheet in book.worksheets
        ]
    finally:
        book.close()


def _lines(rows: Iterable[Sequence[object]]) -> list[tuple[int, list[str]]]:
    texts = [["" if value is None else str(value) for value in row] for row in rows]
    return [(number, row) for number, row in enumerate(texts, 1) if any(row)]


def _csv(data: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp949")  # as Excel on a Korean Windows saves it
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines, line = [], 1  # a row may span lines: its number is that of its first one
    for row in reader:
        if any(cell.strip() for cell in row):
            lines.append((line, [_unguarded(cell) for cell in row]))
        line = reader.line_num + 1
    return lines


def _yaml(name: str, data: bytes) -> Rows:
    try:
        text = data.decode("utf-8")
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise _unreadable(name, "별칭(*)은 쓸 수 없습니다.")  # a few of them unfold to any size
        document = yaml.safe_load(text) or {}
        node = yaml.compose(text, yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _unreadable(name, "YAML 파일로 읽을 수 없습니다.") from error
    if not isinstance(document, dict) or not isinstance(node, yaml.MappingNode):
        raise _unreadable(name, "departments와 staff 목록이 있어야 합니다.")
    nodes = {key.value: value for key, value in node.value}
    problems = [Problem(name, str(key), "모르는 항목입니다.") for key in document if key not in _SHEETS]
    found: dict[str, list[Row]] = {}
    for kind, (_, columns) in _SHEETS.items():
        listed = document.get(kind) or []
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise _unreadable(name, f"{kind}는 목록이어야 합니다.")
        places = [f"{name} {item.start_mark.line + 1}행" for item in nodes[kind].value] if listed else []
        found[kind] = [Row(place, _plain(one), columns) for place, one in zip(places, listed, strict=True)]
        names = {column.name for column in columns}
        problems += [
            Problem(row.place, field, "모르는 항목입니다.")
            for row in found[kind]
            for field in row.raw
            if field not in names
        ]
    if problems:
        raise DirectoryErrors(problems)
    return Rows(found["departments"], found["staff"])


def _plain(values: Mapping[Any, Any]) -> dict[str, str]:
    """Every value as somebody would type it into a sheet."""
    return {str(name): _cell(value) for name, value in values.items()}


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "예" if value else "아니오"
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def _exported(session: Session, vault: Vault, mobiles: bool) -> dict[str, list[dict[str, Any]]]:
    people = list(session.scalars(select(Staff).order_by(Staff.department_id, Staff.username)))
    usernames = {person.id: person.username for person in people}
    units = session.scalars(select(Department).order_by(Department.position, Department.id))
    return {
        "departments": [
            {name: getattr(unit, name, None) for name in _names(DEPARTMENT)}
            | {"backup": unit.backup_id or "", "head": usernames.get(unit.head_id or "", "")}
            for unit in units
        ],
        "staff": [
            {name: getattr(person, name, None) for name in _names(STAFF)}
            | {
                "department": person.department_id or "",
                "deputies": [usernames[one] for one in person.deputies if one in usernames],
                "mobile": (vault.get(session, person.mobile_ref) or "")
                if mobiles and person.mobile_ref
                else "",
            }
            for person in people
        ],
    }


def _names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns if columns is DEPARTMENT or column.name not in _UNWRITTEN]


def _grid(name: str, rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    _, columns = _SHEETS[name]
    titles = {column.name: column.title for column in columns}
    names = _names(columns)
    return [[titles[one] for one in names], *([_cell(row[one]) for one in names] for row in rows)]


def _workbook(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in tables.items():
        sheet = book.create_sheet(_SHEETS[name][0])
        for line, cells in enumerate(_grid(name, rows), start=1):
            for column, value in enumerate(cells, start=1):
                cell = sheet.cell(line, column)
                if isinstance(cell, Cell) and value:
                    cell.value, cell.data_type = value, "s"  # text, so that nothing becomes a formula
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _as_csv(name: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([[_guarded(cell) for cell in cells] for cells in _grid(name, rows)])
    return buffer.getvalue().encode("utf-8-sig")


def _guarded(cell: str) -> str:
    """A cell that a spreadsheet takes for text, not for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@\t\r" and len(cell) > 1 else cell


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _as_yaml(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    kept = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False).encode()


def _unreadable(name: str, message: str) -> DirectoryErrors:
    return DirectoryErrors([Problem(name, "", message)])
