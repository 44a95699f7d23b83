"""The FAQ page and the reload of the index."""

from __future__ import annotations

from tests.web.console.world import Browser, World


def test_entries_stand_under_their_category_with_their_owner(lee: Browser) -> None:
    page = lee.get("/staff/faq").text
    for part in ("방문·전화·우편", "복사기를 쓸 수 있나요?", "총무팀", "1125.1-01234"):
        assert part in page


def test_an_agent_sees_no_reload_and_is_refused(world: World, lee: Browser) -> None:
    assert "색인 다시 만들기" not in lee.get("/staff/faq").text
    assert lee.submit("/staff", "/staff/faq/reload").status_code == 403
    assert world.faq.built == 1


def test_an_editor_reloads_and_reads_the_result(world: World) -> None:
    editor = world.signed_in("park", role="editor")
    result = editor.submit("/staff/faq", "/staff/faq/reload", headers={"HX-Request": "true"})
    assert "색인을 다시 만들었습니다. " in result.text
    assert "1125.2-01234" in result.text
    plain = editor.submit("/staff/faq", "/staff/faq/reload")
    assert plain.headers["location"] == "/staff/faq?done=reloaded"
    assert world.faq.built == 3


def test_an_editor_cannot_answer_citizens(world: World) -> None:
    editor = world.signed_in("park", role="editor")
    assert editor.submit("/staff", f"/staff/tickets/{world.ticket()}/reply", text="x").status_code == 403


def test_an_empty_faq_says_so(world: World, lee: Browser) -> None:
    from faq import repository

    with world.database.session() as session:
        repository.delete_entry(session, "visit.copier")
    assert "등록된 FAQ가 없습니다" in lee.get("/staff/faq").text
