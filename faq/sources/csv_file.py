"""CSV, as Korean Excel and everybody else write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from faq.entries import Entry
from faq.sources.columns import cells, drafts, header
from faq.sources.draft import Draft, SourceErrors


class CsvSource:
    """Reads UTF-8, or CP949 as Excel on a Korean Windows saves it; writes UTF-8 with a mark."""

    suffixes: tuple[str, ...] = (".csv",)

    def read(self, path: Path) -> list[Draft]:
        """See `Source`."""
        try:
            return list(drafts(path.name, _rows(_decode(path))))
        except (csv.Error, UnicodeDecodeError) as error:
            raise SourceErrors([f"{path.name}:1: CSV로 읽을 수 없습니다: {error}"]) from error

    def write(self, path: Path, entries: list[Entry]) -> None:
        """See `Source`."""
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([header(), *map(cells, entries)])


def _decode(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp949")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    # A row may span lines: its number is that of its first one.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1
