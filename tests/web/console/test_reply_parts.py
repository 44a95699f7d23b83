"""What helps with a reply: the preview, suggestions by meaning, and files."""

from __future__ import annotations

import pytest

from tests.conversations.world import ENTRIES
from tests.web.console.office import Office
from tests.web.console.world import Browser, World, token

TEXT = ("안내.txt", "안내드립니다.\n".encode(), "text/plain")


def upload(browser: Browser, number: str, file: tuple[str, bytes, str], **headers: str):
    page = f"/staff/tickets/{number}"
    data = {"csrf": token(browser.get(page).text)}
    return browser.post(f"{page}/files", data=data, files={"file": file}, headers=headers)


def test_the_preview_is_signed_and_filled_as_the_citizen_gets_it(office: Office) -> None:
    page = f"/staff/tickets/{office.ticket()}"
    shown = office.signed_in("lee").submit(page, f"{page}/preview", text="{고객명} 님, 처리했습니다.").text
    assert '이안내 주임</b> · 고객지원팀 · <span class="whole">02-000-1002' in shown
    assert '<p class="bubble pre">홍길동 님, 처리했습니다.</p>' in shown
    assert "<html" not in shown


def test_the_preview_says_what_cannot_be_filled_and_drops_resident_numbers(office: Office) -> None:
    page = f"/staff/tickets/{office.ticket()}"
    lee = office.signed_in("lee")
    assert "{환불금액}" in lee.submit(page, f"{page}/preview", text="{환불금액}원").text.split("problem")[1]
    dropped = lee.submit(page, f"{page}/preview", text="900101-1234567 확인").text
    assert "900101" not in dropped


def test_the_preview_of_a_text_channel_is_what_it_will_render(world: World) -> None:
    number = world.ticket(channel="kakao")
    page = f"/staff/tickets/{number}"
    shown = world.signed_in("lee").submit(page, f"{page}/preview", text="가" * 1500).text
    assert shown.count('class="bubble pre"') == 2
    assert "— 이안내 주임 · 고객지원팀 · 02-000-1002" in shown
    assert 'class="who"' not in shown
    kept = upload(world.signed_in("lee"), number, TEXT, **{"HX-Request": "true"}).text
    file_id = kept.split('value="')[1].split('"')[0]
    filed = world.signed_in("lee").submit(page, f"{page}/preview", text="보십시오.", attachments=file_id).text
    assert "첨부 파일 안내.txt: 담당자에게 요청하시면" in filed


def test_suggestions_are_entries_and_past_replies(office: Office) -> None:
    answered = office.ticket(sender="u1", matter="주차장을 쓸 수 있나요?")
    lee = office.signed_in("lee")
    page = f"/staff/tickets/{answered}"
    lee.submit(page, f"{page}/reply", text="지하 주차장을 쓰시면 됩니다.")
    office.below.search.catch_up()
    number = office.ticket(sender="u2", matter="주차장을 쓸 수 있나요?")
    office.below.search.catch_up()
    shown = lee.get(f"/staff/tickets/{number}/suggestions").text
    assert f'data-insert="{ENTRIES["visit.copier"].answer}"' in shown
    assert 'data-insert="지하 주차장을 쓰시면 됩니다."' in shown
    assert "홍길동" not in shown
    assert ("ticket.suggest", number) in office.logged()


def test_a_file_is_kept_ticked_sent_and_opened_by_staff_alone(office: Office) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    kept = upload(lee, number, TEXT, **{"HX-Request": "true"}).text
    file_id = kept.split('value="')[1].split('"')[0]
    assert "checked" in kept
    assert "<html" not in kept
    page = f"/staff/tickets/{number}"
    lee.submit(page, f"{page}/reply", text="붙임을 보십시오.", attachments=file_id)
    assert "보냄" in lee.get(page).text
    opened = lee.get(f"{page}/files/{file_id}")
    assert opened.content == TEXT[1]
    assert opened.headers["content-disposition"].startswith("attachment")
    assert opened.headers["cache-control"] == "no-store"
    assert ("file.read", number) in office.logged()
    assert office.signed_in("kim").get(f"/staff/tickets/{office.ticket()}/files/{file_id}").status_code == 404
    stranger = Browser(office.app, follow_redirects=False)
    assert stranger.get(f"{page}/files/{file_id}").status_code == 303


@pytest.mark.parametrize(
    ("file", "hint"),
    [
        (("virus.pdf", b"MZ\x90\x00" + bytes(60), "application/pdf"), "올리실 수 있는 파일"),
        (("empty.txt", b"", "text/plain"), "올리실 수 있는 파일"),
        (("big.txt", b"a" * (10 * 1024 * 1024 + 1), "text/plain"), "10 MB까지"),
    ],
)
def test_a_file_of_another_type_or_size_is_refused(
    office: Office, file: tuple[str, bytes, str], hint: str
) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    refused = upload(lee, number, file, **{"HX-Request": "true"}).text
    assert hint in refused
    assert 'name="attachments"' not in refused


def test_an_unsent_file_is_taken_away_and_a_sent_one_is_not(office: Office) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    page = f"/staff/tickets/{number}"
    for sent in (False, True):
        kept = upload(lee, number, TEXT, **{"HX-Request": "true"}).text
        file_id = kept.split('value="')[1].split('"')[0]
        if sent:
            lee.submit(page, f"{page}/reply", text="붙임을 보십시오.", attachments=file_id)
        after = lee.submit(page, f"{page}/files/{file_id}/remove", headers={"HX-Request": "true"}).text
        assert ("안내.txt" in after) == sent


def test_who_may_not_answer_adds_no_file(office: Office) -> None:
    number = office.ticket()
    auditor = office.signed_in("park", role="auditor")
    data = {"csrf": token(auditor.get("/staff").text)}
    refused = auditor.post(f"/staff/tickets/{number}/files", data=data, files={"file": TEXT})
    assert refused.status_code == 403
