"""The listener wants its token, and answers errors as errors without telling what was in them."""

from __future__ import annotations

import httpx
import pytest
import yaml
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection
from starlette.applications import Starlette

from actions.server import create_app
from tests.actions.conftest import DOMAIN, Rasa


def executor_of(app: Starlette) -> ActionExecutor:
    """The executor inside the application's one route."""
    cells = app.routes[0].endpoint.__closure__
    return next(cell.cell_contents for cell in cells if isinstance(cell.cell_contents, ActionExecutor))


@pytest.mark.parametrize("token", ["", "wrong", "actions-toke", "actions-tokenn", "é"])
async def test_without_the_token_nothing_is_run(rasa: Rasa, token: str) -> None:
    if token == "é":
        response = await rasa._http.post("/webhook", headers={"authorization": "Bearer é".encode()}, json={})
    else:
        response = await rasa.post(rasa.call("action_greet"), token)
    assert response.status_code == 401
    assert "responses" not in response.json()


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"text"', b"\xff"])
async def test_a_call_that_cannot_be_read_is_refused(rasa: Rasa, body: bytes) -> None:
    assert (await rasa.post(body)).status_code == 400


async def test_an_unknown_action_is_not_found_by_name(rasa: Rasa) -> None:
    response = await rasa.post(rasa.call("action_launch_rockets"))
    assert response.status_code == 404
    assert response.json()["action_name"] == "action_launch_rockets"


async def test_a_call_without_an_action_does_nothing(rasa: Rasa) -> None:
    response = await rasa.post({"domain": {}})
    assert (response.status_code, response.json()) == (200, {})


async def test_a_failing_action_is_a_500_that_tells_nothing(rasa: Rasa) -> None:
    # The conversation of this sender doesn't exist.
    phone = rasa.vaulted("phone", "010-1234-5678")
    call = rasa.call("action_open_ticket", {"contact": phone}, sender="010-9999-8888")
    response = await rasa.post(call)
    assert response.status_code == 500
    assert response.json() == {"error": "the action failed", "action_name": None}


async def test_a_call_without_a_tracker_is_a_500_too(rasa: Rasa) -> None:
    assert (await rasa.post({"next_action": "action_greet"})).status_code == 500


async def test_a_rejected_form_is_told_as_rasa_expects(rasa: Rasa) -> None:
    """A form that the message doesn't fit: Rasa reads the name and goes on with its rules."""
    app = create_app("t")
    executor = executor_of(app)

    def rejects(dispatcher: object, tracker: object, domain: object) -> None:
        raise ActionExecutionRejection("ticket_form", "not for me")

    executor.register_function("rejects", rejects)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://a") as http:
        call = rasa.call("rejects")
        response = await http.post("/webhook", headers={"authorization": "Bearer t"}, json=call)
    assert response.status_code == 400
    assert response.json()["action_name"] == "ticket_form"


@pytest.mark.parametrize("path", ["/", "/health", "/actions", "/webhook/"])
async def test_there_is_one_route_only(rasa: Rasa, path: str) -> None:
    response = await rasa._http.get(path)
    assert response.status_code in (404, 307)


async def test_every_action_of_the_domain_exists_and_none_is_unknown_to_it(rasa: Rasa) -> None:
    listed = yaml.safe_load((DOMAIN / "actions.yml").read_text())["actions"]
    domain = {one if isinstance(one, str) else next(iter(one)) for one in listed}
    app = create_app("t")
    executor = executor_of(app)
    ours = set(executor.actions) - {"", "action_ask_"}  # the two classes that the others are made of
    built_in = {"action_default_fallback"}
    assert domain - ours == set()
    assert ours - domain - built_in == set()
