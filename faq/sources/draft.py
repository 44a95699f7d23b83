"""What every source makes of its file: unchecked values, and the line on which each stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from faq.entries import Entry


class SourceErrors(Exception):
    """Everything that is wrong with the files, one `file:line: message` each; nothing was loaded."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


@dataclass(frozen=True)
class Draft:
    """One entry as it was read. `lines` has the line of each field, `line` that of the entry."""

    values: dict[str, object]
    file: str
    line: int
    lines: dict[str, int] = field(default_factory=dict)

    def at(self, name: str | None = None, position: int | None = None) -> str:
        """`file:line` of a field (or of one item of its list), or else of the entry."""
        line = self.lines.get(f"{name}.{position}") or self.lines.get(name or "") or self.line
        return f"{self.file}:{line}"


class Source(Protocol):
    """Reads and writes one kind of file."""

    suffixes: tuple[str, ...]

    def read(self, path: Path) -> list[Draft]:
        """The entries of the file, unchecked; raises SourceErrors where it can't be read at all."""
        ...

    def write(self, path: Path, entries: list[Entry]) -> None:
        """Write entries so that reading the file gives the same entries back."""
        ...
