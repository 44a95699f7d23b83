"""Whatever happens on the way to a vendor becomes a receipt; no message makes us ask a stranger's host."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.protocol import LARGEST_FILE, Outcome
from channels.vendor import Vendor, judged
from core.errors import Invalid


def vendor(handle: Callable[[httpx.Request], httpx.Response]) -> Vendor:
    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return Vendor(client, "https://api.example.com/v1/", {"Authorization": "token"}, ["files.example.com"])


def failing(error: type[httpx.HTTPError]) -> Vendor:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error("…", request=request)  # type: ignore[call-arg]

    return vendor(handle)


async def test_what_is_taken_is_sent_with_our_proof() -> None:
    seen: list[httpx.Request] = []
    answer = await vendor(lambda r: seen.append(r) or httpx.Response(200, json={"id": 7})).post("/send", {})
    assert answer.ok
    assert answer.body == {"id": 7}
    assert (str(seen[0].url), seen[0].headers["authorization"]) == (
        "https://api.example.com/v1/send",
        "token",
    )


@pytest.mark.parametrize(
    ("error", "uncertain"),
    [
        (httpx.ConnectError, False),
        (httpx.ConnectTimeout, False),
        (httpx.PoolTimeout, False),
        (httpx.ReadTimeout, True),
        (httpx.WriteError, True),
        (httpx.RemoteProtocolError, True),
    ],
)
async def test_a_cut_is_tried_again_and_uncertain_only_where_it_may_have_arrived(
    error: type[httpx.HTTPError], uncertain: bool
) -> None:
    receipt = (await failing(error).post("/send", {})).receipt
    assert (receipt.outcome, receipt.uncertain) == (Outcome.LATER, uncertain)


@pytest.mark.parametrize(
    ("status", "outcome", "uncertain"),
    [
        (204, Outcome.SENT, False),
        (429, Outcome.LATER, False),
        (408, Outcome.LATER, True),
        (503, Outcome.LATER, True),
        (302, Outcome.REFUSED, False),
        (400, Outcome.REFUSED, False),
        (403, Outcome.REFUSED, False),
    ],
)
async def test_a_status_says_whether_another_try_is_worth_it(
    status: int, outcome: Outcome, uncertain: bool
) -> None:
    receipt = (await vendor(lambda _: httpx.Response(status, text="<html>")).post("/send", {})).receipt
    assert (receipt.outcome, receipt.uncertain) == (outcome, uncertain)


def busy(after: str) -> float:
    headers = {"retry-after": after.encode("latin-1", "replace")}
    return judged(httpx.Response(429, headers=headers)).retry_after


def test_the_vendors_wish_to_wait_is_a_number_or_a_date() -> None:
    assert busy("30") == 30
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 80 <= busy(soon) <= 90


@given(st.one_of(st.sampled_from(["inf", "nan", "-1", "1e300"]), st.text(max_size=20)))
def test_no_wish_makes_us_wait_for_ever(after: str) -> None:
    assert 0 <= busy(after) <= 86_400


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/a",
        "https://evil.com/a",
        "https://files.example.com.evil.com/a",
        "https://notfiles.example.com/a",
        "https://files.example.com@evil.com/a",
        "https://api.example.com.evil.com/v1/a",
        "https://[",
        "https://files.example.com:port/a",
        "file:///etc/passwd",
        "",
    ],
)
async def test_a_file_elsewhere_is_never_asked_for(url: str) -> None:
    asked: list[str] = []
    with pytest.raises(Invalid):
        await vendor(lambda r: asked.append(str(r.url)) or httpx.Response(200)).download(url)
    assert asked == []


@given(st.one_of(st.text(max_size=60), st.sampled_from(["evil.com\\@files.example.com/a", "@evil.com"])))
async def test_no_address_at_all_breaks_a_download(tail: str) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.url.host.endswith("example.com")
        return httpx.Response(200)

    for url in (tail, f"https://{tail}", f"https://files.example.com{tail}"):
        with suppress(Invalid):
            await vendor(handle).download(url)


async def test_a_file_host_does_not_see_our_proof_but_the_interface_does() -> None:
    proofs: list[str | None] = []
    one = vendor(lambda r: proofs.append(r.headers.get("authorization")) or httpx.Response(200, content=b"x"))
    assert await one.download("https://eu.files.example.com/a") == b"x"
    assert await one.download("https://api.example.com/v1/a") == b"x"
    assert await one.download("/a") == b"x"
    assert proofs == [None, "token", "token"]


async def test_a_file_that_is_too_large_or_not_there_is_refused() -> None:
    with pytest.raises(Invalid, match="10 MB"):
        await vendor(lambda _: httpx.Response(200, content=b"x" * (LARGEST_FILE + 1))).download("/a")
    with pytest.raises(Invalid):
        await vendor(lambda _: httpx.Response(404)).download("/a")
    with pytest.raises(Invalid):
        await failing(httpx.ReadTimeout).download("/a")
