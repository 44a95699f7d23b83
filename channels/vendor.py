"""Calls to a vendor's cloud: whatever happens on the way becomes a `Receipt`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from channels.protocol import LARGEST_FILE, Outcome, Receipt
from core.errors import Invalid

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
"""Seconds: for each read, and for the connection."""
_LONGEST_PAUSE = 86_400.0


@dataclass(frozen=True)
class Answer:
    """A vendor's answer that was no failure of the network: `receipt` judges its status alone."""

    receipt: Receipt
    status: int = 0
    body: Any = None

    @property
    def ok(self) -> bool:
        """Whether the vendor took it."""
        return self.receipt.outcome is Outcome.SENT


class Vendor:
    """One vendor's interface: its address, and what proves us to it."""

    def __init__(
        self, client: httpx.AsyncClient, address: str, headers: Mapping[str, str] | None = None,
        file_hosts: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """`address` stands before every path; `headers` go with every call, and to nobody else.

        `file_hosts`: from these, and what ends on them after a dot, files may be fetched besides.
        """
        self._client = client
        self._address = address.rstrip("/")
        self._headers = dict(headers or {})
        self._file_hosts = tuple(file_hosts)

    async def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Answer:
        """POST a JSON body; never raises."""
        more = self._headers | dict(headers or {})
        try:
            response = await self._client.post(self._address + path, json=body, headers=more, timeout=TIMEOUT)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Answer(Receipt(Outcome.LATER, "연결하지 못했습니다."))
        except httpx.HTTPError:
            # The request may have arrived, and only its answer been lost.
            return Answer(Receipt(Outcome.LATER, "응답이 끊겼습니다.", uncertain=True))
        return Answer(judged(response), response.status_code, _json(response))

    async def get(self, path: str) -> Answer:
        """GET a JSON body; never raises."""
        try:
            response = await self._client.get(self._address + path, headers=self._headers, timeout=TIMEOUT)
        except httpx.HTTPError:
            return Answer(Receipt(Outcome.LATER, "연결하지 못했습니다."))
        return Answer(judged(response), response.status_code, _json(response))

    async def download(self, url: str) -> bytes:
        """A citizen's file at an address, or a path. Raises `Invalid` for one too large, or not to be had."""
        whole, headers = self._whole(url)
        content = bytearray()
        try:
            async with self._client.stream("GET", whole, headers=headers, timeout=TIMEOUT) as response:
                if response.status_code != 200:
                    raise Invalid("보내신 파일을 받지 못했습니다.")
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > LARGEST_FILE:
                        raise Invalid(f"파일은 {LARGEST_FILE // 1024 // 1024} MB까지 보내실 수 있습니다.")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Invalid("보내신 파일을 받지 못했습니다.") from error
        return bytes(content)

    def _whole(self, url: str) -> tuple[str, dict[str, str]]:
        """Only the vendor's hosts are asked, whatever a message says; only its interface sees our proof."""
        if url.startswith("/"):
            return self._address + url, self._headers
        if url.startswith(self._address + "/"):
            return url, self._headers
        host = _https_host(url)
        if any(host == one or host.endswith(f".{one}") for one in self._file_hosts):
            return url, {}
        raise Invalid("보내신 파일을 받지 못했습니다.")


def judged(response: httpx.Response) -> Receipt:
    """Taken, worth another try (busy, broken), or refused for good."""
    status = response.status_code
    if response.is_success:
        return Receipt(Outcome.SENT)
    if status == 429:
        return Receipt(Outcome.LATER, "요청이 너무 많다고 합니다.", retry_after=_retry_after(response))
    if status >= 500 or status == 408:
        after = _retry_after(response)
        return Receipt(Outcome.LATER, f"서버 오류({status})", retry_after=after, uncertain=True)
    return Receipt(Outcome.REFUSED, f"보낼 수 없다고 합니다({status}).")


def _https_host(url: str) -> str:
    """As the client itself would read it: two readers of one address can be made to differ."""
    try:
        asked = httpx.URL(url)
        return asked.host if asked.scheme == "https" else ""
    except (httpx.InvalidURL, ValueError):
        return ""


def _retry_after(response: httpx.Response) -> float:
    """Seconds, a day at most; the header holds a number, or a date."""
    given = response.headers.get("retry-after", "")
    try:
        seconds = float(given)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return 0.0
    return min(max(0.0, seconds), _LONGEST_PAUSE)


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
