"""The directory from files and to files: all or nothing, with the line and column of whatever is wrong."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import select, text

from core.database import Database
from core.privacy import Vault
from desk import directory, directory_files, directory_import, tickets
from desk.directory_check import DirectoryErrors, Rows
from desk.models import AccessLog, Department, Staff
from desk.people import By
from tests.desk.conftest import NOW

SAMPLE = Path(__file__).parents[2] / "desk" / "sample" / "directory.yml"
UNITS = "부서 ID,부서명,담당 업무,전화번호,대행 부서,부서장\n"
PEOPLE = "아이디,이름,직급,부서,담당 업무,전화번호,휴대전화,전자우편,대행자,역할,사용\n"
HOURS = "부서 ID,부서명,전화번호,근무시간,점심시간\n"
NEW = UNITS + 'news,뉴스팀,"기사 검색\n자료 제공",02-000-3000,고객지원팀,jang\n'
JANG = (
    PEOPLE + "Jang,장자료,과장,뉴스팀,기사 검색,02-000-3001,010-0000-3001,jang@example.org,kim,상담 직원,예\n"
)


def csv(*files: str) -> Rows:
    read = [directory_files.read(f"{n}.csv", file.encode()) for n, file in enumerate(files, 1)]
    return directory_files.joined(read)


def workbook(**sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def load(database: Database, vault: Vault, rows: Rows, **more: bool) -> directory_import.Changes:
    with database.session() as session:
        return directory_import.load(session, vault, rows, By("kim", "10.0.0.1"), NOW, **more)


def wrong(database: Database, vault: Vault, rows: Rows) -> list[str]:
    with pytest.raises(DirectoryErrors) as raised:
        load(database, vault, rows)
    return [f"{problem.place}|{problem.column}" for problem in raised.value.problems]


def dump(database: Database) -> list[object]:
    tables = ("departments", "staff", "vault_items", "access_log")
    with database.session() as session:
        return [sorted(map(str, session.execute(text(f"SELECT * FROM {table}")).all())) for table in tables]


def test_a_department_and_its_people_come_in_together(desk: Database, vault: Vault) -> None:
    changes = load(desk, vault, csv(NEW, JANG))
    assert changes.added == ["news", "jang"]
    with desk.session() as session:
        unit = session.get_one(Department, "news")
        jang = session.scalars(select(Staff).filter_by(username="jang")).one()
        assert (unit.duties, unit.backup_id, unit.head_id) == (["기사 검색", "자료 제공"], "front", jang.id)
        assert (unit.hours, unit.lunch) == ("09:00-18:00", "12:00-13:00")
        assert (jang.department_id, jang.deputies, jang.role) == ("news", ["kim"], "agent")
        assert vault.get(session, jang.mobile_ref) == "010-0000-3001"
        assert jang.password_hash is None
        assert directory.departments(session)[-1].id == "news"  # behind the others, never in front of them


def test_the_mobile_number_is_nowhere_but_in_the_vault(desk: Database, vault: Vault) -> None:
    load(desk, vault, csv(NEW, JANG))
    assert "010-0000-3001" not in str(dump(desk))


def test_the_same_file_again_changes_nothing(desk: Database, vault: Vault) -> None:
    load(desk, vault, csv(NEW, JANG))
    before = dump(desk)
    changes = load(desk, vault, csv(NEW, JANG))
    assert (changes.added, changes.changed, changes.unchanged) == ([], [], ["news", "jang"])
    assert dump(desk) == before


def test_a_column_that_is_not_there_leaves_what_is(desk: Database, vault: Vault) -> None:
    load(desk, vault, csv(NEW, JANG))
    changes = load(desk, vault, csv("아이디,직급\njang,차장\n"))
    assert changes.changed == ["jang"]
    with desk.session() as session:
        jang = session.scalars(select(Staff).filter_by(username="jang")).one()
        assert (jang.title, jang.name, jang.duties) == ("차장", "장자료", ["기사 검색"])


def test_an_empty_cell_empties_what_was_there(desk: Database, vault: Vault) -> None:
    load(desk, vault, csv(NEW, JANG))
    load(desk, vault, csv("아이디,대행자,휴대전화\njang,,\n"))
    with desk.session() as session:
        jang = session.scalars(select(Staff).filter_by(username="jang")).one()
        assert (jang.deputies, jang.mobile_ref) == ([], None)
        assert session.execute(text("SELECT count(*) FROM vault_items")).scalar_one() == 0


def test_a_dry_run_tells_what_would_change_and_changes_nothing(desk: Database, vault: Vault) -> None:
    before = dump(desk)
    assert load(desk, vault, csv(NEW, JANG), dry_run=True).added == ["news", "jang"]
    assert dump(desk) == before


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        (csv(UNITS + "n,,업무,02-000-1,,\n"), ["1.csv 2행|부서명"]),
        (csv(UNITS + "한글,뉴스팀,업무,02-000-1,,\n"), ["1.csv 2행|부서 ID"]),
        (csv(UNITS + "n,뉴스팀,업무,없음,,\n"), ["1.csv 2행|전화번호"]),
        (csv(UNITS + "n,뉴스팀,업무,02-000-1,없는팀,nobody\n"), ["1.csv 2행|대행 부서", "1.csv 2행|부서장"]),
        (csv(UNITS + "n,뉴스팀,업무,02-000-1,n,\n"), ["1.csv 2행|대행 부서"]),
        (csv("부서 ID,부서명\nn,뉴스팀\n"), ["1.csv 2행|전화번호"]),
        (csv(UNITS + "n,가,,02-000-1,,\nn,나,,02-000-1,,\n"), ["1.csv 3행|부서 ID"]),
        (csv(PEOPLE + "a,가,,front,,,,나쁜주소,,,\n"), ["1.csv 2행|전자우편"]),
        (csv(PEOPLE + "a,가,,front,,,,,a,,\n"), ["1.csv 2행|대행자"]),
        (csv(PEOPLE + "a,가,,front,,,,,kim;nobody,,\n"), ["1.csv 2행|대행자"]),
        (csv(PEOPLE + "a,가,,front,,,,,,왕,글쎄\n"), ["1.csv 2행|역할", "1.csv 2행|사용"]),
        (csv(PEOPLE + "a,가,,nowhere,,,,,,,\n\nb,,,front,,,,,,,\n"), ["1.csv 4행|이름", "1.csv 2행|부서"]),
        (csv("아이디,이름\nb,나\n"), ["1.csv 2행|부서"]),
        (csv("아이디,이름,부서\nb,나,front\nb,다,front\n"), ["1.csv 3행|아이디"]),
        (csv(HOURS + "n,뉴스팀,02-000-1,9시부터,\n"), ["1.csv 2행|근무시간"]),
        (csv(HOURS + "n,뉴스팀,02-000-1,09:00-18:00,18:00-19:00\n"), ["1.csv 2행|점심시간"]),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_named_by_line_and_column_and_nothing_changes(
    desk: Database, vault: Vault, rows: Rows, places: list[str]
) -> None:
    before = dump(desk)
    assert wrong(desk, vault, rows) == places
    assert dump(desk) == before


def test_one_wrong_line_stops_the_good_ones_too(desk: Database, vault: Vault) -> None:
    before = dump(desk)
    assert wrong(desk, vault, csv(NEW, JANG, PEOPLE + "b,나,,nowhere,,,,,,,\n")) == ["3.csv 2행|부서"]
    assert dump(desk) == before


@pytest.mark.parametrize(
    ("name", "data", "column"),
    [
        ("1.csv", "아이디,이름,부서,별명\n".encode(), "별명"),
        ("1.csv", "아이디,이름,이름\n".encode(), "name"),
        ("1.yml", b"staff: [{username: a, nickname: b}]", "nickname"),
        ("1.yml", b"people: []", "people"),
        ("1.yml", b"staff: [", ""),
        ("1.yml", b"- a", ""),
        ("1.yml", b"staff: [&a {username: x}, *a]", ""),
        ("1.yml", b"staff: a", ""),
        ("1.xlsx", b"no workbook", ""),
        ("1.csv", b"\xff\xfe\x00", ""),
        ("1.csv", b'"a', ""),
        ("1.pdf", b"", ""),
    ],
)
def test_a_file_that_cannot_be_read_says_so(name: str, data: bytes, column: str) -> None:
    with pytest.raises(DirectoryErrors) as raised:
        directory_files.read(name, data)
    assert [problem.column for problem in raised.value.problems] == [column]


def test_excel_has_a_sheet_for_each_and_names_it_in_an_error(desk: Database, vault: Vault) -> None:
    data = workbook(
        부서=[["부서 ID", "부서명", "전화번호"], ["news", "뉴스팀", "02-000-3000"]],
        직원=[["아이디", "이름", "부서", "전화번호"], ["a", "가", "news", 20003000], [], ["b", None, "news"]],
    )  # fmt: skip
    assert wrong(desk, vault, directory_files.read("조직.xlsx", data)) == ["직원 시트 4행|이름"]


def test_a_csv_of_korean_windows_is_read_too(desk: Database, vault: Vault) -> None:
    rows = directory_files.read("직원.csv", "아이디,이름,부서\nlim,임분석,고객지원팀\n".encode("cp949"))
    assert load(desk, vault, rows).added == ["lim"]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".yml"])
def test_what_is_exported_comes_back_as_it_was(desk: Database, vault: Vault, suffix: str) -> None:
    load(desk, vault, csv(NEW, JANG))
    with desk.session() as session:
        session.get_one(Staff, "kim").duties = ["=cmd()", "-1", "둘, 셋"]
        data = directory_files.write(session, vault, suffix)
    if suffix == ".csv":
        archive = zipfile.ZipFile(io.BytesIO(data))
        rows = directory_files.joined([directory_files.read(n, archive.read(n)) for n in archive.namelist()])
    else:
        rows = directory_files.read(f"a{suffix}", data)
    changes = load(desk, vault, rows)
    assert (changes.added, changes.changed) == ([], [])
    assert len(changes.unchanged) == 7


def test_no_cell_of_a_sheet_becomes_a_formula(desk: Database, vault: Vault) -> None:
    with desk.session() as session:
        session.get_one(Staff, "kim").title = "=1+1"
        book = load_workbook(io.BytesIO(directory_files.write(session, vault, ".xlsx")))
    kinds = {cell.data_type for row in book["직원"].iter_rows() for cell in row if cell.value}
    assert kinds == {"s"}


def test_a_role_given_by_a_file_is_kept_in_the_access_log(desk: Database, vault: Vault) -> None:
    load(desk, vault, csv("아이디,역할\ncho,감독자\n"))
    with desk.session() as session:
        entry = session.scalars(select(AccessLog)).one()
        assert (entry.staff_id, entry.address) == ("kim", "10.0.0.1")
        assert (entry.action, entry.subject) == ("staff.role", "cho: agent → supervisor")


def test_the_last_administrator_cannot_be_taken_away_by_a_file(desk: Database, vault: Vault) -> None:
    with desk.session() as session:
        session.get_one(Staff, "kim").role = "admin"
    for cells in ("역할\nkim,상담 직원", "사용\nkim,아니오"):
        assert wrong(desk, vault, csv(f"아이디,{cells}\n")) == ["1.csv 2행|"]


def test_whoever_a_file_takes_out_leaves_the_tickets_with_somebody(
    desk: Database, vault: Vault, opened
) -> None:
    numbers = [opened().number for _ in range(4)]
    changes = load(desk, vault, csv("아이디,사용\ncho,아니오\n"))
    assert {given.person for given in changes.handed_over} == {"윤정산 대리"}
    with desk.session() as session:
        assert {tickets.find(session, number).staff_id for number in numbers} == {"yoon"}


def test_the_sample_has_deputies_heads_and_mail_and_comes_back_as_it_was(
    database: Database, vault: Vault
) -> None:
    rows = directory_files.read(SAMPLE.name, SAMPLE.read_bytes())
    assert load_as_operator(database, vault, rows).changed == []
    assert load_as_operator(database, vault, rows).added == []
    with database.session() as session:
        people = directory.people(session)
        assert all(person.deputies and person.email.endswith("@example.org") for person in people)
        assert all(unit.head_id for unit in directory.departments(session))


def load_as_operator(database: Database, vault: Vault, rows: Rows) -> directory_import.Changes:
    with database.session() as session:
        return directory_import.load(session, vault, rows, By(None), NOW)


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.yml", "a.xlsx", "a", ""]))
def test_no_bytes_at_all_are_more_than_a_refusal(data: bytes, name: str) -> None:
    try:
        directory_files.read(name, data)
    except DirectoryErrors as error:
        assert error.problems
