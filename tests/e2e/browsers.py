"""A headless Chromium, and the few gestures that a citizen and a member of staff make in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
]
WAIT_MS = 15_000
Pages = Callable[[], Page]
"""Makes pages, each of somebody else."""
FAILED = pytest.StashKey[bool]()
"""Set on a test that has failed."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a test that needs it fails with one line where it is missing."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        except Exception as error:  # noqa: BLE001 - whatever it was, one line says it
            pytest.fail(f"{CHROMIUM} can't be started: {str(error).splitlines()[0]}", pytrace=False)
        yield browser
        browser.close()


class Widget:
    """The chat on the demo site."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = page.locator("eungdae-widget dialog")
        self.log = self.panel.get_by_role("log")
        self.presence = self.panel.locator("header").get_by_role("status")

    def open(self) -> None:
        self.page.get_by_role("button", name="상담하기").click()
        expect(self.panel).to_be_visible()

    def ask(self, text: str) -> None:
        """Type and press Enter."""
        self.panel.get_by_label("메시지 입력").fill(text)
        self.page.keyboard.press("Enter")
        expect(self.said("citizen").last).to_contain_text(text)

    def press(self, label: str) -> None:
        """Press the latest button with this label."""
        self.log.get_by_role("button", name=label, exact=True).last.click()

    def said(self, author: str) -> Locator:
        """All that this author has said: citizen, bot, staff or system."""
        return self.log.locator(f"article.{author}")
