"""The figures of the promises as files: CSV and Excel, a line for each promise, department and month."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font

from core.clock import SEOUL
from desk.report import Report, Tally
from web.publication import Publication

Value = str | int | float | None

_COUNTS: Final = ("진행 중", "이행", "불이행", "제외", "이행률")
_WIDTHS: Final = (24, 24, 20, 12, 12, 12, 12, 12, 12)
# A cell that begins so is run as a formula by a spreadsheet.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def figures_csv(publication: Publication) -> str:
    """All figures as CSV, with the mark that makes Excel read Korean."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("약속", "조항", "부서", "달", *_COUNTS))
    for row in _cells(publication.report):
        writer.writerow([_harmless(value) for value in row])
    return "\ufeff" + out.getvalue()


def figures_excel(publication: Publication) -> bytes:
    """The same as a workbook: by promise, by department, all cells, and how to check them."""
    book, report = Workbook(), publication.report
    book.remove(book.worksheets[0])
    header = ("약속", "조항", *_COUNTS)
    _sheet(book, f"{report.month} 약속별", header, _by_promise(report, report.month))
    _sheet(book, "열두 달 약속별", header, _by_promise(report, None))
    _sheet(book, "열두 달 부서별", ("부서", "약속", *_COUNTS), _by_department(report))
    _sheet(book, "전체", ("약속", "조항", "부서", "달", *_COUNTS), _cells(report))
    _sheet(book, "확인", ("항목", "내용"), _proof(publication))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def moment(at: datetime) -> str:
    """2026-11-24 10:00 (서울)"""
    return f"{at.astimezone(SEOUL):%Y-%m-%d %H:%M} (서울)"


def _cells(report: Report) -> Iterator[tuple[Value, ...]]:
    for month in report.months:
        for pledge in report.pledges:
            for department, name in report.departments.items():
                if tally := report.cells.get((month, pledge.id, department)):
                    yield (pledge.title, pledge.article, name, month, *_counts(tally))


def _by_promise(report: Report, month: str | None) -> Iterator[tuple[Value, ...]]:
    for pledge in report.pledges:
        yield (pledge.title, pledge.article, *_counts(report.tally(pledge.id, month=month)))


def _by_department(report: Report) -> Iterator[tuple[Value, ...]]:
    for department, name in report.departments.items():
        for pledge in report.pledges:
            if (tally := report.tally(pledge.id, department)).made:
                yield (name, pledge.title, *_counts(tally))


def _counts(tally: Tally) -> tuple[Value, ...]:
    rate = None if tally.rate is None else round(tally.rate, 4)
    return (tally.promised, tally.kept, tally.broken, tally.excused, rate)


def _proof(publication: Publication) -> Iterator[tuple[Value, ...]]:
    yield ("달", publication.report.month)
    yield ("기준 시각", moment(publication.at))
    yield ("그달 원장의 SHA-256", publication.sha256)
    yield ("확인 방법", "원장 CSV 파일을 내려받아 SHA-256을 셈하면 위의 값과 같습니다.")
    yield ("이행률", "이행 ÷ (이행 + 불이행). 진행 중인 약속과 제외한 약속은 넣지 않습니다.")


def _sheet(book: Workbook, title: str, header: tuple[str, ...], rows: Iterator[tuple[Value, ...]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append(header)
    for row in rows:
        sheet.append([_harmless(value) for value in row])
    for column, width in zip("ABCDEFGHI", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            if isinstance(cell.value, float):
                cell.number_format = "0.0%"


def _harmless(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
