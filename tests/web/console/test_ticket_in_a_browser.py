"""The ticket page and the handoff review as staff drive them: real browser, real policy, whole house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from desk import reply_templates
from tests.conversations.world import ENTRIES, UNKNOWN
from tests.web import browsing
from tests.web.browsing import served, signed_in
from tests.web.console.office import Office, done

pytestmark = browsing.MARKS


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    """Where the whole house answers."""
    for username in ("lee", "kim", "cho"):
        office.account(username)
    with served(office.app) as url:
        yield url


def test_a_reply_is_put_together_from_template_suggestion_and_file_and_seen_before_it_goes(
    office: Office, address: str, chromium: Browser, tmp_path: Path
) -> None:
    number = office.ticket()
    with office.below.database.session() as session:
        reply_templates.put(session, "접수 확인", "{고객명} 님, 문의를 확인했습니다.")
    page = signed_in(chromium, address, "lee")
    complaints = browsing.complaints(page)
    page.goto(f"/staff/tickets/{number}")
    page.select_option("#template", label="접수 확인")
    expect(page.locator("#text")).to_have_value("홍길동 님, 문의를 확인했습니다.")
    expect(page.locator("#preview .who")).to_contain_text("이안내 주임 · 고객지원팀 · 02-000-1002")
    expect(page.locator("#preview .bubble")).to_have_text("홍길동 님, 문의를 확인했습니다.")

    page.keyboard.press("Alt+1")
    expect(page.locator("#text")).to_have_value(
        f"홍길동 님, 문의를 확인했습니다.\n\n{ENTRIES['visit.copier'].answer}"
    )
    endless = tmp_path / "끝없는.txt"
    endless.write_bytes(b"a" * (10 * 1024 * 1024 + 1))
    page.set_input_files("#file", str(endless))
    assert "10MB까지" in page.evaluate("document.getElementById('file').validationMessage")
    paper = tmp_path / "안내문.txt"
    paper.write_text("안내드립니다.\n", "utf-8")
    page.set_input_files("#file", str(paper))
    expect(page.locator("#files [name=attachments]")).to_be_checked()
    expect(page.locator("#preview .file")).to_have_text("안내문.txt")
    page.locator("#text").press("Control+Enter")
    page.wait_for_url("**?done=replied")
    expect(page.locator(".said.staff")).to_contain_text("홍길동 님, 문의를 확인했습니다.")
    assert office.row(number).state == "answered"
    page.click("#files a")
    assert complaints == []


def test_a_placeholder_that_nobody_can_fill_is_shown_and_not_sent(
    office: Office, address: str, chromium: Browser
) -> None:
    number = office.ticket()
    page = signed_in(chromium, address, "lee")
    page.goto(f"/staff/tickets/{number}")
    page.fill("#text", "{환불금액}원을 돌려드립니다.")
    expect(page.locator("#preview .problem")).to_contain_text("{환불금액}")
    page.click("button:has-text('답변 보내기')")
    expect(page.locator(".note.bad")).to_contain_text("{환불금액}")
    expect(page.locator("#text")).to_have_value("{환불금액}원을 돌려드립니다.")
    assert office.told() == []


def test_a_ticket_is_handed_over_by_keyboard_and_its_new_person_reads_the_card(
    office: Office, address: str, chromium: Browser
) -> None:
    number = office.ticket()
    lee = signed_in(chromium, address, "lee")
    complaints = browsing.complaints(lee)
    lee.goto(f"/staff/tickets/{number}")
    lee.keyboard.press("t")
    expect(lee.locator("#transfer [name=department]").first).to_be_focused()
    lee.select_option("[data-picks=transfer-other]", label="정부광고기획팀")
    lee.select_option("#transfer-to", label="조광고 차장")
    lee.fill("#transfer-summary", "집행 내역을 물으십니다.")
    lee.click("text=이관하고 알리기")
    lee.wait_for_url("**?done=transfer")
    cho = signed_in(chromium, address, "cho")
    cho.goto(f"/staff/tickets/{number}")
    expect(cho.locator(".ticket > *").first).to_contain_text("넘겨받은 문의입니다")
    expect(lee.locator("#live")).to_contain_text("조광고 차장", timeout=12_000)
    cho.keyboard.press("r")
    expect(cho.locator("#text")).to_be_focused()
    assert complaints == []


def test_handed_over_questions_are_judged_by_one_key_each(
    office: Office, address: str, chromium: Browser
) -> None:
    office.entries()
    for sender, question in (("q1", UNKNOWN), ("q2", "이건 누구도 모르는 질문입니다")):
        done(office.below.say(question, sender=sender))
    page = signed_in(chromium, address, "lee")
    complaints = browsing.complaints(page)
    page.goto("/staff/handoffs")
    expect(page.locator("#case .asked")).to_have_text("이건 누구도 모르는 질문입니다")
    page.keyboard.press("2")
    expect(page.locator(".note.good")).to_be_visible()
    expect(page.locator("#case .asked")).to_have_text(UNKNOWN)
    page.keyboard.press("0")
    expect(page.locator("#case")).to_contain_text("판정할 질문이 없습니다")
    page.click("text=판정한 질문")
    expect(page.locator(".stack details")).to_contain_text(f"판정: {ENTRIES['ads.fee'].question}")
    expect(page.locator(".stack details")).to_contain_text("판정: 답이 되는 항목 없음")
    assert complaints == []


def test_at_phone_width_nothing_scrolls_sideways_and_the_page_folds(
    office: Office, address: str, chromium: Browser
) -> None:
    numbers = [
        office.ticket(kind=kind, matter="https://example.kr/" + "a" * 300)
        for kind in ("inquiry", "suggestion", "claim", "reservation")
    ]
    office.account("kim", "supervisor")
    page = signed_in(chromium, address, "kim", viewport={"width": 360, "height": 740})
    paths = [f"/tickets/{number}" for number in numbers]
    for path in (*paths, f"{paths[0]}/draft", "/handoffs", "/templates", "/drafts"):
        page.goto(f"/staff{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.goto(f"/staff{paths[0]}")
    assert page.evaluate("document.documentElement.scrollHeight") < 740 * 6
    expect(page.locator("#transfer")).to_be_hidden()
    page.goto(f"/staff{paths[0]}#transfer")
    page.reload()
    expect(page.locator("#transfer-summary")).to_be_visible()
