"""YAML: one file a category, as in `faq/corpus/`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from faq.entries import Entry
from faq.sources.draft import Draft, SourceErrors


class YamlSource:
    """Reads nodes, not values: each keeps its line, and a text that looks like a number stays a text."""

    suffixes: tuple[str, ...] = (".yml", ".yaml")

    def read(self, path: Path) -> list[Draft]:
        """See `Source`."""
        try:
            documents = list(yaml.compose_all(path.read_text("utf-8"), Loader=yaml.SafeLoader))
            return [draft for document in documents for draft in _drafts(path.name, document)]
        except UnicodeDecodeError as error:
            raise SourceErrors([f"{path.name}:1: UTF-8이 아닙니다: {error.reason}"]) from error
        except yaml.MarkedYAMLError as error:
            # A quotation mark that nothing closes is noticed at the file's end: its beginning helps more.
            unclosed = "quoted" in (error.context or "")
            mark = error.context_mark if unclosed else error.problem_mark
            line = mark.line + 1 if mark else 1
            raise SourceErrors([f"{path.name}:{line}: YAML 문법이 틀렸습니다: {error.problem}"]) from error
        except yaml.YAMLError as error:
            raise SourceErrors([f"{path.name}:1: YAML 문법이 틀렸습니다: {error}"]) from error

    def write(self, path: Path, entries: list[Entry]) -> None:
        """See `Source`. Several categories become several documents of the file."""
        by_category = sorted(entries, key=lambda entry: (entry.category, entry.category_title))
        documents = [
            {"category": category, "title": title, "entries": [_plain(entry) for entry in group]}
            for (category, title), group in groupby(by_category, lambda e: (e.category, e.category_title))
        ]
        text = yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False, width=1000)
        path.write_text(text, "utf-8")


def _plain(entry: Entry) -> dict[str, Any]:
    values = entry.model_dump(exclude={"category", "category_title"}, exclude_none=True)
    return {**values, "paraphrases": list(entry.paraphrases)}


def _drafts(file: str, document: yaml.Node | None) -> Iterator[Draft]:
    if document is None:
        return
    top = _mapping(file, document, "category, title, entries")
    shared = {"category": _value(top.get("category")), "category_title": _value(top.get("title")) or ""}
    if unknown := set(top) - {"category", "title", "entries"}:
        raise SourceErrors(
            [f"{file}:{_line(top[name])}: 모르는 항목입니다: {name}" for name in sorted(unknown)]
        )
    entries = top.get("entries")
    if not isinstance(entries, yaml.SequenceNode):
        raise SourceErrors([f"{file}:{_line(entries or document)}: 'entries' 목록이 없습니다"])
    for node in entries.value:
        fields = _mapping(file, node, "id, question, …")
        values = {name: _value(child) for name, child in fields.items()}
        yield Draft({**shared, **values}, file, _line(node), _lines(fields))


def _mapping(file: str, node: yaml.Node, expected: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise SourceErrors([f"{file}:{_line(node)}: 이름과 값의 묶음이어야 합니다({expected})"])
    found: dict[str, yaml.Node] = {}
    for key, child in node.value:
        if str(key.value) in found:
            raise SourceErrors([f"{file}:{_line(key)}: 같은 이름이 두 번 있습니다: {key.value}"])
        found[str(key.value)] = child
    return found


def _lines(fields: dict[str, yaml.Node]) -> dict[str, int]:
    lines = {name: _line(node) for name, node in fields.items()}
    for name, node in fields.items():
        if isinstance(node, yaml.SequenceNode):
            lines |= {f"{name}.{i}": _line(item) for i, item in enumerate(node.value)}
    return lines


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _value(node: yaml.Node | None) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _value(child) for key, child in node.value}
    # `질문:` with nothing behind it is an empty field, not the word "null".
    return None if node is None or node.tag == "tag:yaml.org,2002:null" else node.value
