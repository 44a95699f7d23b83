"""The loader refuses a bad corpus as a whole, and says where each fault stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from faq.labels import fitting, load_labels
from faq.sources import SourceErrors, load_sources

REST = "\n    department: general\n    source: 이행표준\n    valid_from: 2026-01-01\n  -"
ANSWER = "    answer: 무료로 쓰실 수 있습니다."
GOOD = """\
category: visit
title: 방문
entries:
  - id: visit.copier
    question: 복사기를 써도 되나요?
    paraphrases:
      - 복사기 사용
    answer: 무료로 쓰실 수 있습니다.
    department: general
    source: 이행표준
    valid_from: 2026-01-01
  - id: visit.fax
    question: 팩스를 써도 되나요?
    paraphrases: [팩스 사용]
    answer: 무료로 쓰실 수 있습니다.
    department: general
    source: 이행표준
    valid_from: 2026-01-01
"""


def errors_of(folder: Path, text: str, departments: set[str] | None = None) -> list[str]:
    (folder / "visit.yml").write_text(text, "utf-8")
    with pytest.raises(SourceErrors) as refused:
        load_sources([folder], departments)
    return refused.value.errors


def test_a_good_file_is_loaded(tmp_path) -> None:
    (tmp_path / "visit.yml").write_text(GOOD, "utf-8")
    assert [e.id for e in load_sources([tmp_path], {"general"})] == ["visit.copier", "visit.fax"]


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("visit.fax", "visit.copier", 12, "id가 이미 있습니다: visit.copier (visit.yml:4)"),
        ("question: 팩스를 써도 되나요?", "question: ", 13, "question: 비어 있습니다"),
        ("question: 팩스를 써도 되나요?", "question: '  '", 13, "question: 비어 있습니다"),
        ("question: 팩스를 써도 되나요?", "question: '??'", 13, "question: 글자가 없습니다"),
        ("    question: 팩스를 써도 되나요?\n", "", 12, "question: 빠졌습니다"),
        ("      - 복사기 사용", "      - 복사기 사용\n      -", 8, "paraphrases: 비어 있습니다"),
        ("      - 복사기 사용", "      - 팩스를 써도  되나요", 13, "같은 질문이 다른 항목에 있습니다"),
        ("[팩스 사용]", "[팩스 사용, 복사기 사용!]", 14, "같은 질문이 다른 항목에 있습니다"),
        ("[팩스 사용]", "팩스 사용", 14, "paraphrases: 목록이어야 합니다"),
        ("2026-01-01\n  - id", "2026-02-30\n  - id", 11, "valid_from: 날짜가 아닙니다"),
        ("01-01\n  -", "01-01\n    valid_until: 2025-01-01\n  -", 4, "valid_until이 valid_from보다"),
        ("id: visit.fax", "id: 팩스", 12, "id: 영문 소문자"),
        (REST, REST.replace("source", "origin"), 10, "모르는 항목입니다"),
        ("title: 방문", "titel: 방문", 2, "모르는 항목입니다: titel"),
        ("title: 방문", "title: '방문", 2, "YAML 문법이 틀렸습니다"),
        (ANSWER + REST, f"{ANSWER}\n{ANSWER}{REST}", 9, "같은 이름이 두 번 있습니다: answer"),
        ("entries:", "items:", 4, "모르는 항목입니다: items"),
    ],
)  # fmt: skip
def test_a_fault_is_refused_with_file_and_line(tmp_path, old, new, where, message) -> None:
    assert old in GOOD
    errors = errors_of(tmp_path, GOOD.replace(old, new, 1))
    found = [error for error in errors if message in error]
    assert found, errors
    assert any(error.startswith(f"visit.yml:{where}: ") for error in found)


def test_an_unknown_department_is_refused(tmp_path) -> None:
    errors = errors_of(tmp_path, GOOD.replace("general", "nobody", 1), {"general"})
    assert errors == ["visit.yml:9: 모르는 부서입니다: nobody"]


def test_all_faults_are_told_at_once(tmp_path) -> None:
    (tmp_path / "broken.yml").write_text("entries: {", "utf-8")
    errors = errors_of(tmp_path, GOOD.replace("2026-01-01", "bald").replace("visit.fax", "visit.copier"))
    assert [error.partition(": ")[0] for error in errors][:1] == ["broken.yml:1"]
    assert len(errors) == 3


def test_two_files_may_not_share_an_id(tmp_path) -> None:
    (tmp_path / "again.yml").write_text(GOOD, "utf-8")
    errors = errors_of(tmp_path, GOOD)
    assert any(
        error.startswith("visit.yml:4: id가 이미 있습니다: visit.copier (again.yml:4)") for error in errors
    )


def test_a_table_names_its_rows(tmp_path) -> None:
    file = tmp_path / "faq.csv"
    header = "아이디,분류,질문,답변,담당 부서,출처,시작일"
    first = 'a.b,a,질문입니다,"두 줄\n답변",d,s,2026-01-01'
    file.write_text(f"{header}\n{first}\na.c,a,,답변,d,s,어제\n", "utf-8")
    with pytest.raises(SourceErrors) as refused:
        load_sources([file])
    assert sorted(refused.value.errors) == [
        "faq.csv:4: question: 비어 있습니다",
        "faq.csv:4: valid_from: 날짜가 아닙니다(예: 2026-01-31)",
    ]


def test_a_table_saved_by_a_korean_windows_is_read(tmp_path) -> None:
    file = tmp_path / "faq.csv"
    header = "id,category,question,paraphrases,answer,department,source,valid_from"
    file.write_bytes(f"{header}\na.b,a,복사기 되나요,,네,d,s,2026-01-01\n".encode("cp949"))
    assert load_sources([file])[0].question == "복사기 되나요"


def test_english_and_korean_columns_mean_the_same_and_others_are_refused(tmp_path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(
        ["ID", "분류", "Question", "유사 질문", "답변", "담당부서", "source", "시작일", "비고", "질문"]
    )
    sheet.append(["a.b", "a", "질문", "", "답", "d", "s", "2026-01-01", "", ""])
    book.save(tmp_path / "faq.xlsx")
    with pytest.raises(SourceErrors) as refused:
        load_sources([tmp_path / "faq.xlsx"])
    assert refused.value.errors == [
        "faq.xlsx:1: 모르는 열입니다: 비고",
        "faq.xlsx:1: 열이 두 번 있습니다: question",
    ]


def test_a_date_cell_of_excel_is_a_date(tmp_path) -> None:
    from datetime import date, datetime

    book = Workbook()
    sheet = book.active
    sheet.append(
        ["id", "category", "question", "answer", "department", "source", "valid_from", "valid_until"]
    )
    sheet.append(["a.b", "a", "질문", "답", "d", "s", datetime(2026, 1, 1, 9), date(2026, 2, 1)])  # noqa: DTZ001
    book.save(tmp_path / "faq.xlsx")
    (entry,) = load_sources([tmp_path / "faq.xlsx"])
    assert (entry.valid_from, entry.valid_until) == (date(2026, 1, 1), date(2026, 2, 1))


def test_the_sample_is_sound_and_its_labels_belong_to_it() -> None:
    root = Path(__file__).parents[2] / "faq"
    entries = load_sources([root / "corpus"])
    ids = {entry.id for entry in entries}
    labels = load_labels()
    assert {label.faq_id for label in labels} - {None} <= ids
    assert all(len(entry.paraphrases) >= 5 for entry in entries)
    assert fitting(labels, ids) == labels
    assert fitting(labels, ["another.corpus"]) == []
