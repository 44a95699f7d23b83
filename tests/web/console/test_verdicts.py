"""Staff say which entry answers a citizen's question; the page shows it, the log names who."""

from __future__ import annotations

import pytest

from channels.protocol import Reply
from conversations import store
from faq import pairs, repository
from faq.regression import Breaks, Broken, Case, Outcome
from tests.web.console.world import COPIER, NOW, Browser, Said, Talk, World

NAME = "복사기를 쓸 수 있나요?"


@pytest.fixture
def number(world: World) -> str:
    return world.ticket(matter="복사기 좀 쓰려고요. 010-1234-5678로 알려 주세요")


def question(world: World, text: str = "복사기 어딨어요?") -> str:
    """A question in a conversation; the id of its message."""
    with world.database.session() as session:
        conversation = store.open_conversation(session, "web", "u1", NOW)
        decided = Reply(kind="text", text=text, data={"decision": {"intent": "unknown"}})
        return store.add_message(session, world.vault.cipher, conversation, "citizen", decided, NOW).id


def actions(world: World) -> list[tuple[str, str]]:
    return [(action, subject) for _, action, subject in world.logged() if action.startswith("verdict.")]


def paraphrases(world: World) -> tuple[str, ...]:
    with world.database.session() as session:
        found = repository.get_entry(session, COPIER)
        assert found
        return found.paraphrases


def test_a_ticket_shows_its_question_masked_and_the_nearest_entries(lee: Browser, number: str) -> None:
    page = lee.get(f"/staff/tickets/{number}").text.split('id="verdict"')[1]
    assert "복사기 좀 쓰려고요. (전화번호)로 알려 주세요" in page
    assert "010-1234" not in page
    assert f"{NAME}</p>" in page
    assert "답이 되는 항목이 없습니다" in page


def test_a_verdict_on_a_ticket_is_shown_logged_and_can_be_taken_back(
    world: World, lee: Browser, number: str
) -> None:
    page, verdict = f"/staff/tickets/{number}", f"/staff/verdicts/ticket/{number}"
    judged = lee.submit(page, verdict, faq_id=COPIER)
    assert judged.headers["location"] == f"{page}?done=judged#verdict"
    after = lee.get(page).text
    assert f"<b>{NAME}</b> 항목이 답입니다." in after
    assert "이안내 주임" in after
    assert "판정 되돌리기" in after
    lee.submit(page, f"{verdict}/take-back")
    assert "이 항목이 답입니다" in lee.get(page).text
    assert actions(world) == [("verdict.judged", number), ("verdict.taken_back", number)]


def test_a_later_verdict_counts(world: World, lee: Browser, number: str) -> None:
    verdict = f"/staff/verdicts/ticket/{number}"
    lee.submit(verdict, verdict, faq_id=COPIER)
    world.signed_in("kim").submit(verdict, verdict)
    assert "<b>답이 되는 항목이 없습니다.</b>" in lee.get(verdict).text
    assert "김담당 팀장" in lee.get(verdict).text


def test_a_question_of_a_conversation_has_a_link_to_its_verdict(world: World, lee: Browser) -> None:
    key = question(world)
    world.desk.put(Talk("c1")).messages += [
        Said(1, "citizen", "복사기 어딨어요?", NOW, decision="no_answer", key=key),
        Said(2, "citizen", "홍길동", NOW),
    ]
    page = lee.get("/staff/conversations/c1").text
    assert page.count("/staff/verdicts/") == 1
    judged = lee.submit(f"/staff/verdicts/message/{key}", f"/staff/verdicts/message/{key}", faq_id=COPIER)
    assert f"<b>{NAME}</b>" in lee.get(judged.headers["location"]).text
    assert ("verdict.read", key) in actions(world)


def test_entries_are_found_by_other_words(world: World, lee: Browser) -> None:
    page = f"/staff/verdicts/message/{question(world, '팩스')}"
    assert NAME not in lee.get(page).text
    assert NAME in lee.get(page, params={"q": "복사기"}).text
    alone = lee.get(page, params={"q": "복사기"}, headers={"HX-Request": "true"}).text
    assert NAME in alone
    assert "<html" not in alone


def test_an_approved_wording_becomes_a_paraphrase_and_can_be_taken_out(world: World, number: str) -> None:
    editor = world.signed_in("park", role="editor")
    verdict = f"/staff/verdicts/ticket/{number}"
    editor.submit(verdict, verdict, faq_id=COPIER)
    editor.submit(verdict, f"{verdict}/publish", wording="복사기 좀 쓰려고요")
    assert paraphrases(world) == ("복사 되나요?", "복사기 좀 쓰려고요")
    assert world.faq.built == 2
    page = editor.get(verdict).text
    assert "다른 표현으로 추가했습니다: “복사기 좀 쓰려고요”" in page
    assert "판정 되돌리기" not in page
    assert editor.submit(verdict, f"{verdict}/take-back").status_code == 422
    editor.submit(verdict, f"{verdict}/unpublish")
    assert paraphrases(world) == ("복사 되나요?",)
    assert world.faq.built == 3
    assert actions(world)[-2:] == [("verdict.read", number), ("verdict.unpublished", number)]


@pytest.mark.parametrize(
    ("wording", "hint"),
    [
        ("  ", "적어 주십시오"),
        ("복사기요 010-1234-5678", "개인정보"),
        ("복사기 쓰고 (전화번호)로 알려 주세요", "개인정보"),
        ("복사 되나요", "이미 있는 표현"),
        (NAME, "이미 있는 표현"),
    ],
)
def test_a_wording_that_cannot_be_a_paraphrase_comes_back_with_the_reason(
    world: World, number: str, wording: str, hint: str
) -> None:
    editor = world.signed_in("park", role="editor")
    verdict = f"/staff/verdicts/ticket/{number}"
    editor.submit(verdict, verdict, faq_id=COPIER)
    refused = editor.submit(verdict, f"{verdict}/publish", wording=wording)
    assert refused.status_code == 422
    assert hint in refused.text
    assert paraphrases(world) == ("복사 되나요?",)


def test_another_entry_s_question_is_no_paraphrase_of_this_one(world: World, number: str) -> None:
    with world.database.session() as session:
        entry = repository.get_entry(session, COPIER)
        other = {"id": "visit.other", "question": "다른 질문인가요?", "paraphrases": ()}
        repository.save_entry(session, entry.model_copy(update=other), NOW)
    editor = world.signed_in("park", role="editor")
    verdict = f"/staff/verdicts/ticket/{number}"
    editor.submit(verdict, verdict, faq_id=COPIER)
    refused = editor.submit(verdict, f"{verdict}/publish", wording="다른 질문인가요")
    assert refused.status_code == 422
    assert "visit.other" in refused.text


def test_a_wording_that_breaks_the_regression_set_is_refused_with_the_questions(
    world: World, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case("팩스 되나요", "visit.fax", "question")

    def breaks(*_: object) -> None:
        raise Breaks([Broken(case, Outcome(case, COPIER, True))])

    monkeypatch.setattr("faq.regression.Gate.check", breaks)
    editor = world.signed_in("park", role="editor")
    verdict = f"/staff/verdicts/ticket/{number}"
    editor.submit(verdict, verdict, faq_id=COPIER)
    refused = editor.submit(verdict, f"{verdict}/publish", wording="팩스")
    assert "“팩스 되나요” 기대: visit.fax, 결과: visit.copier" in refused.text
    assert 'value="팩스"' in refused.text
    assert paraphrases(world) == ("복사 되나요?",)


def test_who_may_not_gets_no_button_and_is_refused(world: World, number: str) -> None:
    verdict = f"/staff/verdicts/ticket/{number}"
    agent = world.signed_in("lee")
    agent.submit(verdict, verdict, faq_id=COPIER)
    assert "다른 표현으로 추가" not in agent.get(verdict).text
    assert agent.submit(verdict, f"{verdict}/publish", wording="복사기요").status_code == 403
    auditor = world.signed_in("cho", role="auditor")
    assert "판정 되돌리기" not in auditor.get(verdict).text
    for action in ("", "/take-back", "/publish", "/unpublish"):
        assert auditor.submit("/staff", verdict + action, faq_id=COPIER).status_code == 403
    with world.database.session() as session:
        assert len(pairs.all_pairs(session)) == 1


@pytest.mark.parametrize("faq_id", ["made.up", "visit.copier'--", "x" * 300])
def test_an_entry_that_there_is_not_answers_nothing(lee: Browser, number: str, faq_id: str) -> None:
    verdict = f"/staff/verdicts/ticket/{number}"
    refused = lee.submit(verdict, verdict, faq_id=faq_id)
    assert refused.status_code == 422
    assert "그런 항목이 없습니다" in refused.text


def test_what_is_no_question_cannot_be_judged(world: World, lee: Browser) -> None:
    with world.database.session() as session:
        conversation = store.open_conversation(session, "web", "u1", NOW)
        named = Reply(kind="text", text="홍길동")
        name = store.add_message(session, world.vault.cipher, conversation, "citizen", named, NOW).id
    for path in (f"message/{name}", "message/nobody", "ticket/E-20261125-2222"):
        assert lee.get(f"/staff/verdicts/{path}").status_code == 404
        assert lee.submit("/staff", f"/staff/verdicts/{path}", faq_id=COPIER).status_code == 404
    assert lee.get("/staff/verdicts/staff/1").status_code == 422


def test_a_destroyed_matter_can_no_longer_be_judged(world: World, lee: Browser, number: str) -> None:
    from core.privacy import Reference
    from desk import tickets

    with world.database.session() as session:
        ticket = tickets.find(session, number)
        world.vault.forget(session, str(Reference("matter", True, ticket.matter_ref)))
    page = lee.get(f"/staff/tickets/{number}")
    assert page.status_code == 200
    assert 'id="verdict"' not in page.text
