"""Handoff review: one question after the other, judged by whoever may, read by the log."""

from __future__ import annotations

from faq import pairs
from tests.conversations.world import UNKNOWN
from tests.web.console.office import Office, done

PAGE = "/staff/handoffs"


def asked(office: Office, *questions: str) -> list[str]:
    """Questions that nobody could answer; the keys of their messages, the newest first."""
    office.entries()
    for number, question in enumerate(questions):
        office.below.later(minutes=1)
        done(office.below.say(question, sender=f"q{number}"))
    page = office.signed_in("lee").get(PAGE).text
    return [part.split('"')[0] for part in page.split('href="/staff/handoffs?at=')[1:]]


def test_a_question_is_shown_with_why_and_what_was_in_mind(office: Office) -> None:
    asked(office, UNKNOWN)
    case = office.signed_in("lee").get(PAGE).text.split('id="case"')[1]
    for part in (UNKNOWN, "답을 찾지 못함", "복사기 써도 되나요?"):
        assert part in case
    for key in ("1", "0", "s", "f"):
        assert f'data-key="{key}"' in case


def test_a_verdict_becomes_a_label_and_the_next_question_follows(office: Office) -> None:
    newest, oldest = asked(office, UNKNOWN, "이것도 아무도 모릅니다")
    lee = office.signed_in("lee")
    judged = lee.submit(PAGE, f"{PAGE}/{newest}", faq_id="visit.copier")
    assert judged.headers["location"] == f"{PAGE}?done=judged&after={newest}"
    after = lee.get(judged.headers["location"]).text
    assert f'action="{PAGE}/{oldest}"' in after
    assert "판정: 복사기 써도 되나요?" in after
    with office.below.database.session() as session:
        assert pairs.verdict(session, f"message:{newest}").faq_id == "visit.copier"
    assert ("verdict.judged", newest) in office.logged()


def test_a_question_can_be_left_for_later(office: Office) -> None:
    newest, oldest = asked(office, UNKNOWN, "이것도 아무도 모릅니다")
    lee = office.signed_in("lee")
    assert f'action="{PAGE}/{oldest}"' in lee.get(PAGE, params={"after": newest}).text
    assert f'action="{PAGE}/{newest}"' in lee.get(PAGE, params={"after": oldest}).text


def test_an_entry_that_there_is_not_is_refused_on_the_same_question(office: Office) -> None:
    (key,) = asked(office, UNKNOWN)
    refused = office.signed_in("lee").submit(PAGE, f"{PAGE}/{key}", faq_id="made.up")
    assert refused.status_code == 422
    assert f'action="{PAGE}/{key}"' in refused.text


def test_an_auditor_finds_no_review_and_is_refused_one(office: Office) -> None:
    (key,) = asked(office, UNKNOWN)
    auditor = office.signed_in("park", role="auditor")
    assert "넘겨받은 질문" not in auditor.get("/staff").text
    assert auditor.get(PAGE).status_code == 403
    assert auditor.submit("/staff", f"{PAGE}/{key}").status_code == 403


def test_what_is_no_question_cannot_be_judged(office: Office) -> None:
    lee = office.signed_in("lee")
    assert lee.submit("/staff", f"{PAGE}/nobody", faq_id="visit.copier").status_code == 404
    assert "판정할 질문이 없습니다" in lee.get(PAGE).text
