"""Reply templates: kept by editors and supervisors, filled on the ticket page, or refused."""

from __future__ import annotations

import pytest

from tests.web.console.office import Office

PAGE = "/staff/templates"
BODY = "{고객명} 님, {접수번호} 문의를 {답변기한}까지 답변드리겠습니다."


@pytest.mark.parametrize("role", ["editor", "supervisor", "admin"])
def test_a_template_is_written_changed_and_forgotten(office: Office, role: str) -> None:
    keeper = office.signed_in("kang", role=role)
    keeper.submit(PAGE, PAGE, title="접수 확인", body=BODY)
    page = keeper.get(PAGE).text
    assert BODY in page
    key = page.split("?edit=")[1].split("#")[0]
    assert "서식 고치기" in keeper.get(PAGE, params={"edit": key}).text
    keeper.submit(PAGE, PAGE, id=key, title="접수 안내", body=BODY, kind="claim")
    changed = keeper.get(PAGE).text
    assert "접수 안내" in changed
    assert "접수 확인" not in changed
    keeper.submit(PAGE, f"{PAGE}/{key}/remove")
    assert "답변 서식이 없습니다" in keeper.get(PAGE).text


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"title": "", "body": BODY}, "제목을"),
        ({"title": "환불", "body": " "}, "서식의 내용"),
        ({"title": "환불", "body": "{환불금액}원"}, "{환불금액}"),
        ({"title": "환불", "body": "x", "kind": "made-up"}, "유형"),
    ],
)
def test_an_unfit_template_comes_back_with_the_reason(
    office: Office, fields: dict[str, str], hint: str
) -> None:
    keeper = office.signed_in("kang", role="editor")
    refused = keeper.submit(PAGE, PAGE, **fields)
    assert refused.status_code == 422
    assert hint in refused.text
    assert "답변 서식이 없습니다" in keeper.get(PAGE).text


def test_agents_read_templates_and_change_none(office: Office) -> None:
    office.signed_in("kang", role="editor").submit(PAGE, PAGE, title="접수 확인", body=BODY)
    agent = office.signed_in("lee")
    page = agent.get(PAGE).text
    assert BODY in page
    assert "저장</button>" not in page
    assert agent.submit("/staff", PAGE, title="x", body="y").status_code == 403


def test_a_template_is_filled_for_the_ticket_where_it_fits(office: Office) -> None:
    editor = office.signed_in("kang", role="editor")
    editor.submit(PAGE, PAGE, title="접수 확인", body=BODY)
    editor.submit(PAGE, PAGE, title="보상 안내", body="보상해 드립니다.", kind="claim")
    number = office.ticket()
    page = office.signed_in("lee").get(f"/staff/tickets/{number}").text
    assert f"홍길동 님, {number} 문의를 2026년 11월 27일까지 답변드리겠습니다." in page
    assert "보상 안내" not in page
