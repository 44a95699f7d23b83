"""Searching: no address and no log holds what was sought; what is shown is masked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.console.world import Browser, World, token

PAGE = "/staff/search"
FEE = "수수료를 두 번 냈는데 환불을 받고 싶습니다. 제 번호는 010-2222-3333입니다."


def sought(browser: Browser, text: str = "", **filters: str) -> Any:
    """The page that the form leads to."""
    sent = browser.submit(PAGE, PAGE, text=text, **filters)
    return browser.get(sent.headers["location"]) if sent.status_code == 303 else sent


def test_a_word_leads_to_tickets_with_a_masked_piece(world: World, lee: Browser) -> None:
    number = world.ticket(matter=FEE)
    other = world.ticket(matter="주차장 위치를 알고 싶습니다.")
    page = sought(lee, "환불").text
    assert f'href="/staff/tickets/{number}"' in page
    assert "<mark>환불</mark>" in page
    assert "(전화번호)" in page
    assert "2222-3333" not in page
    assert other not in page


@pytest.mark.parametrize("typed", ["홍길동", "010-1234-5678", "hong@example.kr"])
def test_a_name_or_contact_stands_in_no_address_and_no_log_but_whose_ticket_was_found_does(
    world: World, lee: Browser, typed: str
) -> None:
    number = world.ticket()
    sent = lee.submit(PAGE, PAGE, text=typed)
    assert sent.status_code == 303
    assert typed not in sent.headers["location"]
    assert number in lee.get(sent.headers["location"]).text
    logged = world.logged()
    assert ("search.person", number) in [line[1:] for line in logged]
    assert typed not in str(logged)


def test_a_search_is_logged_without_its_words(world: World, lee: Browser) -> None:
    world.ticket(matter=FEE)
    sought(lee, "환불")
    assert world.logged()[-1][1:] == ("search", "낱말, 1건")


def test_what_one_sought_another_cannot_open(world: World, lee: Browser) -> None:
    address = lee.submit(PAGE, PAGE, text="홍길동").headers["location"]
    assert 'value="홍길동"' in lee.get(address).text
    stolen = world.signed_in("kim").get(address)
    assert stolen.status_code == 404
    assert "홍길동" not in stolen.text
    world.later(hours=9)
    assert world.signed_in("lee").get(address).status_code == 404


def test_the_form_comes_back_as_it_was_filled_in(world: World, lee: Browser) -> None:
    page = sought(lee, "환불", mode="meaning", department_id="customer-support", since="2026-11-01").text
    assert 'value="meaning" checked' in page
    assert 'value="customer-support" selected' in page
    assert 'value="2026-11-01"' in page
    assert "2개</span>" in page


def test_filters_alone_list_tickets(world: World, lee: Browser) -> None:
    number = world.ticket()
    assert number in sought(lee, department_id="customer-support").text
    assert "찾은 것이 없습니다" in sought(lee, department_id="ads-planning").text


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({}, "찾을 말이나 조건을"),
        ({"text": "?!"}, "찾을 낱말을"),
        ({"text": "가" * 201}, "200자까지"),
        ({"text": "환불", "since": "2026-13-01"}, "날짜를 다시"),
        ({"text": "환불", "since": "2026-11-02", "until": "2026-11-01"}, "시작일이 종료일보다"),
    ],
)
def test_what_cannot_be_sought_is_said_so(lee: Browser, fields: dict[str, str], hint: str) -> None:
    refused = sought(lee, **fields)
    assert refused.status_code == 422
    assert hint in refused.text


def test_many_results_have_pages(world: World, lee: Browser) -> None:
    numbers = [world.ticket(matter=FEE) for _ in range(21)]
    address = lee.submit(PAGE, PAGE, text="환불").headers["location"]
    assert f'{address}?page=2"' in lee.get(address).text
    last = lee.get(f"{address}?page=2").text
    assert sum(number in last for number in numbers) == 1
    assert lee.get(f"{address}?page=51").status_code == 422


def test_a_search_needs_a_log_in_and_the_forms_token(world: World, lee: Browser) -> None:
    assert world.browser().get(PAGE).status_code == 303
    assert lee.post(PAGE, data={"text": "환불", "csrf": "guessed"}).status_code == 403


def test_what_was_typed_is_shown_as_text(lee: Browser) -> None:
    page = sought(lee, '"><script>x</script>').text
    assert "<script>x" not in page
    assert token(page)
