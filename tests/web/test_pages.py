"""The demo site, and errors that lead on."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

HTML = {"Accept": "text/html"}


def test_the_home_page_has_the_widget_and_invites_to_ask(client: TestClient) -> None:
    page = client.get("/").text
    assert "/static/widget.js" in page
    assert "정부광고 수수료는 얼마인가요?" in page
    assert "02-2001-7114" in page


def test_everything_that_the_home_page_loads_is_there(client: TestClient) -> None:
    import re

    page = client.get("/").text
    loaded = re.findall(r'(?:src|href)="(/static/[^"#?]+)', page)
    assert loaded
    for path in loaded:
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize(("path", "status"), [("/nothing-here", 404), ("/api/chat/messages", 401)])
def test_a_browser_gets_an_error_page_with_a_way_to_a_person(
    client: TestClient, path: str, status: int
) -> None:
    response = client.get(path, headers=HTML)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert "02-2001-7114" in response.text
    assert "십시오" in response.text or "습니다" in response.text


def test_a_program_gets_the_error_as_json(client: TestClient) -> None:
    response = client.get("/nothing-here")
    assert response.json() == {"error": "요청하신 주소를 찾을 수 없습니다."}


def test_a_wrong_method_says_so_and_which_is_right(client: TestClient) -> None:
    response = client.get("/api/chat/session")
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"


def test_what_stands_in_the_address_is_not_repeated_in_the_page(client: TestClient) -> None:
    page = client.get("/<script>alert(1)</script>", headers=HTML).text
    assert "alert(1)" not in page
