"""The public page of the charter: figures, plots and files that all tell the same, and can be checked."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from desk import charter, report, tickets
from desk.models import Department, Promise, Ticket
from tests.conversations.world import NOW, World
from tests.desk.conftest import REQUEST
from web import charter_plots
from web.charter_files import _harmless
from web.promise_words import percent, rate
from web.security import POLICY

MONTH = "2026-11"
FILES = ("ledger.csv", "figures.csv", "figures.xlsx", "month.svg", "trend.svg")


@pytest.fixture
def busy(small_world: World) -> World:
    """Twelve matters: eleven answered at once, one forgotten for a week."""
    with small_world.database.session() as session:
        unit = session.query(Department).order_by(Department.position).first()
        assert unit is not None
        for number in range(12):
            request = replace(REQUEST, department_id=unit.id, conversation_id=None)
            opened = tickets.open_ticket(session, small_world.vault, request, NOW - timedelta(days=14))
            ticket = tickets.find(session, opened.number)
            assert ticket is not None
            after = timedelta(days=10 if number == 0 else 0)
            at = NOW - timedelta(days=14) + after
            tickets.record(session, ticket, "answered", ticket.staff_id, at, {"how": "chat"})
    return small_world


class Tables(HTMLParser):
    """The rows of all tables of a page, each as its cells' words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data.strip()


def test_the_page_tells_what_was_kept_and_what_was_not(busy: World, client: TestClient) -> None:
    page = client.get("/charter")
    assert page.status_code == 200
    rows = Tables(page.text).rows
    assert ["3영업일 답변", "91.6%", "11", "1", "0", "0"] in rows
    assert ["기한 전 연장 안내", "1건 중 0건", "0", "1", "0", "0"] in rows
    assert ["2026년 11월", "91.6%", "11", "1", "0", "0"] in rows


def test_every_promise_of_the_charter_stands_on_the_page(busy: World, client: TestClient) -> None:
    page = client.get("/charter").text
    for pledge in charter.pledges():
        assert f'id="{pledge.id}"' in page
        assert pledge.promise in page


def test_the_page_needs_no_inline_script_or_style_and_every_picture_has_words(
    busy: World, client: TestClient
) -> None:
    page = client.get("/charter")
    assert page.headers["Content-Security-Policy"] == POLICY
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", page.text)
    pictures = re.findall(r"<img [^>]*charter[^>]*>", page.text)
    assert len(pictures) == 2
    assert all("표에 있습니다" in picture for picture in pictures)
    for plot in re.findall(r'(?:src|srcset)="(/charter/[^"]+)"', page.text):
        assert client.get(plot.replace("&amp;", "&")).status_code == 200


def test_the_published_hash_is_that_of_the_file_to_download(busy: World, client: TestClient) -> None:
    page, file = client.get("/charter").text, client.get(f"/charter/ledger.csv?month={MONTH}")
    assert hashlib.sha256(file.content).hexdigest() in page
    assert file.headers["Content-Disposition"] == 'attachment; filename="eungdae-ledger-2026-11.csv"'
    lines = list(csv.DictReader(io.StringIO(file.text)))
    assert sum(line["promise"] == "reply" and line["state"] == "kept" for line in lines) == 11


def test_page_and_file_agree_though_the_ledger_moves_on_meanwhile(busy: World, client: TestClient) -> None:
    page = client.get("/charter").text
    with busy.database.session() as session:
        session.query(Promise).update({"state": "excused", "excuse": "disaster"})
    assert hashlib.sha256(client.get("/charter/ledger.csv").content).hexdigest() in page
    busy.clock.at += timedelta(minutes=10)
    assert hashlib.sha256(client.get("/charter/ledger.csv").content).hexdigest() not in page


def test_csv_and_excel_hold_the_same_figures(busy: World, client: TestClient) -> None:
    lines = list(csv.reader(io.StringIO(client.get("/charter/figures.csv").content.decode("utf-8-sig"))))
    book = load_workbook(io.BytesIO(client.get("/charter/figures.xlsx").content))
    cells = [["" if cell is None else str(cell) for cell in row] for row in book["전체"].values]
    assert [line[:8] for line in lines] == [row[:8] for row in cells]
    assert [float(line[8]) for line in lines[1:]] == [float(row[8]) for row in cells[1:]]
    (reply,) = [line for line in lines if line[0] == "3영업일 답변"]
    assert reply[3:] == [MONTH, "0", "11", "1", "0", "0.9167"]
    assert [cell[0].value for cell in book["확인"].rows][:2] == ["항목", "달"]


def test_the_files_name_no_citizen_and_no_member_of_staff(busy: World, client: TestClient) -> None:
    with busy.database.session() as session:
        ticket = session.query(Ticket).first()
        assert ticket is not None
        person, number = ticket.staff.name, ticket.number
    for file in ("", *FILES):
        text = client.get(f"/charter/{file}" if file else "/charter").content
        for secret in ("홍길동", person, number, ticket.id, ticket.staff_id):
            assert secret.encode() not in text, (file, secret)


@pytest.mark.parametrize("month", ["2026-12", "2025-01", "2026-13", "November", "", "../etc"])
@pytest.mark.parametrize("file", ["", "/ledger.csv", "/month.svg"])
def test_a_month_without_a_ledger_is_not_found(
    busy: World, client: TestClient, month: str, file: str
) -> None:
    asked = client.get(f"/charter{file}?month={month}", headers={"Accept": "text/html"})
    assert asked.status_code == (200 if not month else 404)


def test_an_empty_ledger_says_so_and_claims_nothing(small_world: World, client: TestClient) -> None:
    page = client.get("/charter").text
    assert "100" not in "".join(cell for row in Tables(page).rows for cell in row)
    assert "아직 기록된 약속이 없습니다" in client.get("/charter/month.svg").text
    assert client.get("/charter/figures.xlsx").status_code == 200


def test_months_lead_back_as_far_as_the_ledger_goes(busy: World, client: TestClient) -> None:
    busy.clock.at += timedelta(days=31)
    december = client.get("/charter").text
    assert 'href="/charter?month=2026-11" rel="prev"' in december
    november = client.get("/charter?month=2026-11").text
    assert 'href="/charter?month=2026-12" rel="next"' in november
    assert 'rel="prev"' not in november


@pytest.mark.parametrize("frame", [charter_plots.WIDE, charter_plots.NARROW])
def test_plots_are_well_formed_and_keep_their_words_inside(frame: charter_plots.Frame) -> None:
    full = report.Report(
        MONTH,
        report.months_until(MONTH),
        {"a": "가<나"},
        {
            (month, promise, "a"): report.Tally(3, 4 * at, at % 3, 1)
            for at, month in enumerate(report.months_until(MONTH))
            for promise in charter.measured()
        },
    )
    for drawn in (charter_plots.month(full, frame), charter_plots.trend(full, "reply", frame)):
        svg = ET.fromstring(drawn)
        height = float(svg.attrib["height"])
        for words in svg.iter("{http://www.w3.org/2000/svg}text"):
            assert 0 <= float(words.attrib["x"]) <= frame.width
            assert 0 <= float(words.attrib["y"]) <= height
        assert "style" not in drawn


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (report.Tally(), "–"),
        (report.Tally(promised=9), "–"),
        (report.Tally(kept=9), "9건 중 9건"),
        (report.Tally(kept=10), "100.0%"),
        (report.Tally(kept=9999, broken=1), "99.9%"),
        (report.Tally(broken=10), "0.0%"),
    ],
)
def test_a_rate_neither_flatters_nor_says_more_than_is_known(tally: report.Tally, words: str) -> None:
    assert rate(tally) == words


def test_only_all_of_it_is_a_hundred_percent() -> None:
    assert percent(99_999, 100_000) == "99.9%"
    assert percent(5, 5) == "100.0%"


def test_a_name_that_looks_like_a_formula_is_only_text_in_a_spreadsheet() -> None:
    assert _harmless('=HYPERLINK("x")') == '\'=HYPERLINK("x")'
    assert _harmless(-1) == -1
