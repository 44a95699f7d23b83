"""Every role against every route: what somebody may not do is refused, and never shown to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

import web.console
from desk.accounts import ROLES
from tests.web.console.world import Browser, Talk, World

ANSWERING = ("agent", "supervisor", "admin")
EDITING = ("editor", "supervisor", "admin")
TEACHING = ("agent", "supervisor", "editor", "admin")
SUPERVISING = ("supervisor", "admin")
AUDITING = ("auditor", "admin")
ADMIN = ("admin",)
ALL = tuple(ROLES)

TICKET, TALK, VERDICT = (
    "/staff/tickets/{number}",
    "/staff/conversations/{conversation_id}",
    ("/staff/verdicts/{kind}/{key}"),
)
UNITS, PEOPLE = "/staff/directory/departments", "/staff/directory/people"
# Not behind the log-in, or the end of it.
OPEN = {
    ("GET", "/staff/login"),
    ("POST", "/staff/login"),
    ("POST", "/staff/logout"),
    ("GET", "/staff/{path:path}"),
}
PAGES = {
    "/staff": ALL,
    "/staff/live": ALL,
    "/staff/alive": ALL,
    "/staff/password": ALL,
    TICKET: ALL,
    f"{TICKET}/live": ALL,
    f"{TICKET}/suggestions": ALL,
    f"{TICKET}/files/{{file_id}}": ALL,
    f"{TICKET}/draft": TEACHING,
    "/staff/drafts": TEACHING,
    "/staff/drafts/{draft_id}": TEACHING,
    "/staff/handoffs": TEACHING,
    "/staff/templates": ALL,
    "/staff/callback": ANSWERING,
    "/staff/conversations": ALL,
    "/staff/conversations/live": ALL,
    TALK: ALL,
    f"{TALK}/live": ALL,
    f"{TALK}/files/{{file_id}}": ALL,
    f"{TALK}/people/live": ALL,
    "/staff/faq": ALL,
    VERDICT: ALL,
    "/staff/calendar": ALL,
    "/staff/notices": ALL,
    "/staff/notices/live": ALL,
    "/staff/promises": ALL,
    "/staff/access": AUDITING,
    "/staff/search": ALL,
    "/staff/search/{number}": ALL,
    "/staff/directory": ALL,
    UNITS + "/new": ADMIN,
    UNITS + "/{unit_id}": ADMIN,
    "/staff/directory/files": ADMIN,
    PEOPLE + "/new": ADMIN,
    PEOPLE + "/{staff_id}": ALL,
    PEOPLE + "/{staff_id}/edit": ADMIN,
    "/staff/routing": SUPERVISING,
}
FORMS = {
    "/staff/password": ALL,
    "/staff/notices/read": ALL,
    "/staff/notices/mail": ADMIN,
    "/staff/take": ANSWERING,
    "/staff/callback/save": ANSWERING,
    **{
        f"{TICKET}/{step}": ANSWERING
        for step in (
            "reply", "preview", "start", "ask", "tell", "apologise", "extend", "delay", "decide", "remedy",
            "book", "note", "assign", "transfer", "reclassify", "merge", "close", "files",
            "files/{file_id}/remove", "deliveries/{item_id}/again", "deliveries/{item_id}/other",
        )
    },
    f"{TICKET}/draft": TEACHING,
    "/staff/drafts/{draft_id}/publish": EDITING,
    "/staff/drafts/{draft_id}/discard": EDITING,
    "/staff/handoffs/{key}": TEACHING,
    "/staff/templates": EDITING,
    "/staff/templates/{template_id}/remove": EDITING,
    **{
        f"{TALK}/{act}": ANSWERING
        for act in ("take-over", "give-back", "say", "whisper", "typing", "deliveries/{item_id}/again")
    },
    "/staff/faq/reload": EDITING,
    VERDICT: TEACHING,
    f"{VERDICT}/take-back": TEACHING,
    f"{VERDICT}/publish": EDITING,
    f"{VERDICT}/unpublish": EDITING,
    "/staff/calendar": SUPERVISING,
    "/staff/calendar/remove": SUPERVISING,
    "/staff/promises/{entry_id}/excuse": SUPERVISING,
    "/staff/access/csv": AUDITING,
    "/staff/search": ALL,
    "/staff/directory": ALL,
    UNITS: ADMIN,
    UNITS + "/{unit_id}": ADMIN,
    "/staff/directory/files/export": ADMIN,
    "/staff/directory/files/import": ADMIN,
    PEOPLE: ADMIN,
    **{PEOPLE + "/{staff_id}/" + act: ADMIN for act in ("activate", "deactivate", "edit", "password")},
    PEOPLE + "/{staff_id}/presence": ALL,
    "/staff/routing": SUPERVISING,
    "/staff/routing/rules": SUPERVISING,
    "/staff/routing/rules/{rule_id}/move": SUPERVISING,
    "/staff/routing/rules/{rule_id}/remove": SUPERVISING,
    "/staff/routing/lessons/{ticket_id}/remove": SUPERVISING,
}  # fmt: skip
RIGHTS = {("GET", path): who for path, who in PAGES.items()} | {
    ("POST", path): who for path, who in FORMS.items()
}
NOT_A_STEP = re.compile(r"/(logout|login)$")


def routes() -> Iterator[tuple[str, str]]:
    """Method and path of everything that the console serves."""

    def flat(found: Iterable[Any]) -> Iterator[Any]:
        for one in found:
            inner = getattr(one, "original_router", None)
            yield from flat(inner.routes) if inner else [one]

    for route in flat(web.console.router.routes):
        for method in route.methods:
            yield method, route.path


@pytest.fixture
def filled(world: World) -> World:
    """Something under every address."""
    world.desk.put(Talk("c1"))
    world.desk.add("c1", "citizen", "복사기를 쓸 수 있나요?")
    return world


def address(path: str, number: str) -> str:
    known = {"number": number, "conversation_id": "c1", "kind": "ticket", "key": number}
    return re.sub(r"\{(\w+)[^}]*\}", lambda name: known.get(name[1], "1"), path)


def test_every_route_says_who_may_use_it() -> None:
    assert set(routes()) == set(RIGHTS) | OPEN


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_served_what_it_may_use_and_refused_the_rest(filled: World, role: str) -> None:
    browser = filled.signed_in("lee", role=role)
    number = filled.ticket(conversation_id="c1")
    csrf = {"X-CSRF-Token": re.findall(r'"X-CSRF-Token": "([^"]+)"', browser.get("/staff/password").text)[0]}
    wrong = []
    for (method, path), who in RIGHTS.items():
        answer = browser.request(method, address(path, number), headers=csrf)
        if (answer.status_code == 403) == (role in who) or answer.status_code in {401, 500}:
            wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_without_a_log_in_everything_leads_to_it(filled: World) -> None:
    stranger, number = filled.browser(), filled.ticket()
    for method, path in RIGHTS:
        answer = stranger.request(method, address(path, number))
        assert answer.status_code == 303, (method, path)
        assert answer.headers["location"].startswith("/staff/login"), (method, path)


def test_no_form_is_taken_without_its_token(filled: World) -> None:
    browser, number = filled.signed_in("lee", role="admin"), filled.ticket()
    for path in FORMS:
        assert browser.post(address(path, number)).status_code == 403, path


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_shown_that_would_be_refused(filled: World, role: str) -> None:
    browser = filled.signed_in("lee", role=role)
    number = filled.ticket(conversation_id="c1", department_id="customer-support")
    pages = [address(path, number) for path, who in PAGES.items() if role in who]
    shown = {found for page in pages for found in offered(browser, page)}
    assert ("POST", "/staff/logout") in shown
    refused = [one for one in shown if not allowed(role, *one)]
    assert refused == []


def offered(browser: Browser, page: str) -> Iterator[tuple[str, str]]:
    """Method and path of every link and form of the page."""
    html = browser.get(page).text
    for tag in re.findall(r"<(?:a|form|button|div|section|textarea|input|span)\b[^>]*>", html):
        for name, url in re.findall(r'\b(href|action|formaction|hx-get|hx-post)="(/staff[^"?#]*)', tag):
            sends = name in {"hx-post", "formaction"} or (name == "action" and 'method="post"' in tag)
            yield "POST" if sends else "GET", url


def allowed(role: str, method: str, url: str) -> bool:
    for route, who in (RIGHTS | dict.fromkeys(OPEN, ALL)).items():
        shape = re.sub(r"\\\{\w+(:path)?\\\}", "[^/]+", re.escape(route[1]))
        if route[0] == method and re.fullmatch(shape, url):
            return role in who
    return False
