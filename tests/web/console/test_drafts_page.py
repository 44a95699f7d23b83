"""A new FAQ entry from a ticket: drafted by whoever answered, published by an editor."""

from __future__ import annotations

import pytest

from faq import repository
from tests.web.console.office import Office

WORDED = {
    "question": "회의실을 빌릴 수 있나요?",
    "paraphrase": "회의실 되나요",
    "answer": "네, 빌리실 수 있습니다.",
    "department": "general-affairs",
}


def drafted(office: Office) -> str:
    """A draft by an agent; its page."""
    number = office.ticket(matter="홍길동인데 회의실 되나요? 010-1234-5678")
    lee = office.signed_in("lee")
    saved = lee.submit(f"/staff/tickets/{number}", f"/staff/tickets/{number}/draft", **WORDED)
    assert saved.headers["location"] == f"/staff/tickets/{number}?done=drafted"
    listed = lee.get("/staff/drafts").text
    assert WORDED["question"] in listed
    return listed.split('href="/staff/drafts/')[1].split('"')[0]


def test_the_form_begins_with_the_ticket_s_words_masked(office: Office) -> None:
    number = office.ticket(matter="홍길동인데 회의실 되나요? 010-1234-5678")
    page = office.signed_in("lee").get(f"/staff/tickets/{number}/draft").text
    assert ">(성명)인데 회의실 되나요? (전화번호)</textarea>" in page
    assert "홍길동" not in page
    assert ("draft.begin", number) in office.logged()


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"question": "홍길동 님의 회의실은요?"}, "성명이나 연락처"),
        ({"paraphrase": "010-1234-5678로 되나요"}, "개인정보"),
        ({"answer": ""}, "답변 항목을"),
        ({"department": "nowhere"}, "그런 부서가 없습니다"),
    ],
)
def test_words_that_name_somebody_or_are_missing_come_back(
    office: Office, change: dict[str, str], hint: str
) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    page = f"/staff/tickets/{number}/draft"
    refused = lee.submit(page, page, **(WORDED | change))
    assert refused.status_code == 422
    assert hint in refused.text
    assert "기다리는 초안이 없습니다" in lee.get("/staff/drafts").text


def test_an_editor_publishes_and_the_index_follows(office: Office) -> None:
    office.entries()
    page = f"/staff/drafts/{drafted(office)}"
    editor = office.signed_in("kang", role="editor")
    assert "공개하기" in editor.get(page).text
    missing = editor.submit(page, f"{page}/publish", **WORDED)
    assert missing.status_code == 422
    assert "분류" in missing.text
    published = editor.submit(page, f"{page}/publish", **(WORDED | {"category": "visit"}))
    assert published.headers["location"] == "/staff/drafts?done=entry"
    with office.below.database.session() as session:
        (entry,) = [e for e in repository.all_entries(session) if e.question == WORDED["question"]]
    assert entry.department == "general-affairs"
    assert office.below.faq.built == 1
    assert editor.get(page).status_code == 409


def test_an_agent_may_not_publish_or_discard(office: Office) -> None:
    page = f"/staff/drafts/{drafted(office)}"
    agent = office.signed_in("lee")
    shown = agent.get(page).text
    assert "공개하기" not in shown
    assert "초안 버리기" not in shown
    for action in ("publish", "discard"):
        assert agent.submit("/staff", f"{page}/{action}", **WORDED).status_code == 403
    auditor = office.signed_in("park", role="auditor")
    assert auditor.get(page).status_code == 403


def test_a_discarded_draft_is_gone(office: Office) -> None:
    page = f"/staff/drafts/{drafted(office)}"
    editor = office.signed_in("kang", role="editor")
    editor.submit(page, f"{page}/discard")
    assert "기다리는 초안이 없습니다" in editor.get("/staff/drafts").text
