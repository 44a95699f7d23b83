"""Getting in, staying in, and being put out."""

from __future__ import annotations

import pytest

from tests.web.console.world import PASSWORD, Browser, World
from web.console.login import safe_page


def test_without_a_log_in_every_page_leads_to_the_log_in_page(world: World) -> None:
    for page in ("/staff", "/staff/tickets/E-1", "/staff/conversations", "/staff/faq", "/staff/password"):
        answer = world.browser().get(page)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/staff/login?next=%2Fstaff")


def test_after_the_log_in_one_is_where_one_wanted_to_be(world: World) -> None:
    world.account("lee")
    assert world.browser().log_in("lee", page="/staff/faq").headers["location"] == "/staff/faq"


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/staff",
        "//evil.example/staff",
        "/staff/../etc",
        "/staff\\evil",
        "/staffing",
        "/",
        "javascript:alert(1)",
        "/staff/login",
        "/staff/logout",
        "/staff\n/x",
    ],
)
def test_no_address_outside_the_console_is_led_to(page: str) -> None:
    assert safe_page(page) == "/staff"


def test_pages_of_the_console_are_led_to() -> None:
    for page in (
        "/staff",
        "/staff?queue=department",
        "/staff/tickets/E-20261125-ABCD",
        "/staff/conversations/0a1b?ask=1",
    ):
        assert safe_page(page) == page


def test_the_session_cookie_is_for_the_console_alone_and_for_no_script(world: World) -> None:
    world.account("lee")
    cookie = world.browser().log_in("lee").headers["set-cookie"]
    for part in ("eungdae_staff=", "HttpOnly", "SameSite=strict", "Path=/staff"):
        assert part in cookie
    assert "Secure" not in cookie


def test_behind_tls_the_cookies_are_secure(world: World) -> None:
    world.account("lee")
    world.app.state.settings = world.app.state.settings.model_copy(update={"secure_cookies": True})
    assert "Secure" in world.browser().get("/staff/login").headers["set-cookie"]


def test_a_wrong_password_and_an_unknown_name_read_the_same(world: World) -> None:
    world.account("lee")
    wrong, unknown = world.browser().log_in("lee", "wrong"), world.browser().log_in("nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 401
    line = "아이디 또는 비밀번호가 맞지 않습니다."
    assert line in wrong.text
    assert line in unknown.text
    assert (None, "login.refused", "") in world.logged()


def test_repeated_failures_slow_the_next_one_down(world: World) -> None:
    world.account("lee")
    browser = world.browser()
    for _ in range(6):
        browser.log_in("lee", "wrong")
    slowed = browser.log_in("lee", PASSWORD)
    assert slowed.status_code == 429
    assert "초 뒤에 할 수 있습니다" in slowed.text
    world.later(minutes=16)
    assert browser.log_in("lee").status_code == 303


def test_a_log_in_form_without_its_token_is_refused(world: World) -> None:
    world.account("lee")
    browser = world.browser()
    credentials = {"username": "lee", "password": PASSWORD}
    assert browser.post("/staff/login", data=credentials).status_code == 403
    browser.get("/staff/login")
    stale = browser.post("/staff/login", data=credentials | {"csrf": "guessed"})
    assert stale.status_code == 403
    assert "다시 시도해 주십시오" in stale.text


def test_the_password_never_comes_back_on_the_page(world: World) -> None:
    assert "hunter2hunter2" not in world.browser().log_in("lee", "hunter2hunter2").text


def test_what_is_typed_as_a_name_comes_back_as_text(world: World) -> None:
    page = world.browser().log_in('"><script>alert(1)</script>', "wrong").text
    assert "<script>alert" not in page


def test_an_idle_log_in_ends_and_says_so(world: World, lee: Browser) -> None:
    world.later(minutes=31)
    answer = lee.get("/staff/faq")
    assert answer.headers["location"] == "/staff/login?next=%2Fstaff%2Ffaq&expired=1"
    assert "자동으로 로그아웃했습니다" in lee.get(answer.headers["location"]).text


def test_work_keeps_the_log_in_and_polling_does_not(world: World, lee: Browser) -> None:
    for _ in range(3):
        world.later(minutes=20)
        assert lee.get("/staff/alive").status_code == 204
    for _ in range(3):
        world.later(minutes=9)
        assert lee.get("/staff/conversations/live").status_code == 200
    world.later(minutes=9)
    poll = lee.get("/staff/conversations/live", headers={"HX-Request": "true"})
    assert poll.status_code == 401
    assert poll.headers["HX-Redirect"].startswith("/staff/login?")


def test_an_expired_form_leads_back_to_the_page_it_stood_on(world: World, lee: Browser) -> None:
    world.later(minutes=31)
    answer = lee.post("/staff/tickets/E-1/reply", data={"text": "안녕하세요"})
    assert answer.headers["location"] == "/staff/login?next=%2Fstaff%2Ftickets%2FE-1&expired=1"


def test_after_logging_out_the_old_cookie_is_worthless(world: World, lee: Browser) -> None:
    cookie = lee.cookies["eungdae_staff"]
    assert lee.submit("/staff", "/staff/logout").headers["location"] == "/staff/login?left=1"
    other = world.browser()
    other.cookies.set("eungdae_staff", cookie, path="/staff")
    assert other.get("/staff").status_code == 303


def test_a_new_password_ends_the_other_log_ins(world: World, lee: Browser) -> None:
    elsewhere = world.browser()
    elsewhere.log_in("lee")
    new = "a much longer sentence"
    changed = lee.submit("/staff/password", "/staff/password", current=PASSWORD, new=new, again=new)
    assert changed.status_code == 303
    assert lee.get("/staff").status_code == 200
    assert elsewhere.get("/staff").status_code == 303
    assert world.browser().log_in("lee", new).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "again", "hint"),
    [
        ("wrong", "long enough words", "long enough words", "현재 비밀번호가 맞지 않습니다"),
        (PASSWORD, "long enough words", "other words here", "서로 다릅니다"),
        (PASSWORD, "short", "short", "10자 이상"),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(
    world: World, lee: Browser, current: str, new: str, again: str, hint: str
) -> None:
    answer = lee.submit("/staff/password", "/staff/password", current=current, new=new, again=again)
    assert answer.status_code == 422
    assert hint in answer.text
    assert world.browser().log_in("lee").status_code == 303
