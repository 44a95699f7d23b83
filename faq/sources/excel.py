"""Excel (.xlsx): the first sheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.exceptions import InvalidFileException

from faq.entries import Entry
from faq.sources.columns import cells, drafts, header
from faq.sources.draft import Draft, SourceErrors


class ExcelSource:
    """Reads values, never formulas; writes every cell as text, so that an answer can't become a formula."""

    suffixes: tuple[str, ...] = (".xlsx",)

    def read(self, path: Path) -> list[Draft]:
        """See `Source`."""
        try:
            return list(drafts(path.name, _rows(path)))
        except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
            raise SourceErrors([f"{path.name}:1: 엑셀 파일로 읽을 수 없습니다: {error}"]) from error

    def write(self, path: Path, entries: list[Entry]) -> None:
        """See `Source`."""
        book = Workbook()
        sheet = book.active
        assert sheet is not None  # noqa: S101  # a new workbook has a sheet
        for line, row in enumerate([header(), *map(cells, entries)], start=1):
            for column, value in enumerate(row, start=1):
                cell = sheet.cell(line, column)
                if isinstance(cell, Cell) and value:
                    cell.value = value
                    cell.data_type = "s"
        book.save(path)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for line, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield line, [_text(value) for value in row]
    finally:
        book.close()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
