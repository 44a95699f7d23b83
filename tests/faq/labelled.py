"""Labels enough for the small FAQ to answer at once."""

from __future__ import annotations

from pathlib import Path


def write_labels(folder: Path, inside: int = 240, outside: int = 60) -> Path:
    """So many questions of two entries, and so many that must not be answered."""
    folder.mkdir(exist_ok=True)
    asked = [(f"복사기를 써도 되나요 {i}번", "visit.copier") for i in range(inside // 2)]
    asked += [(f"정부광고 수수료는 얼마인가요 {i}", "ads.fee") for i in range(inside // 2)]
    questions = "\n".join(f"  - {{text: {text}, id: {name}}}" for text, name in asked)
    refusals = "\n".join(f"  - {{text: 오늘 점심 메뉴 {i} 추천, kind: elsewhere}}" for i in range(outside))
    (folder / "in_scope.yml").write_text(f"questions:\n{questions}\n", "utf-8")
    (folder / "out_of_scope.yml").write_text(f"questions:\n{refusals}\n", "utf-8")
    return folder
