"""The sample foundation's home page: works under a strict content policy and has no dead end."""

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

WEB = Path(__file__).parents[2] / "web"


def render(**changes: Any) -> str:
    environment = Environment(
        loader=FileSystemLoader(WEB / "templates"), autoescape=True, undefined=StrictUndefined
    )
    context: dict[str, Any] = {
        "foundation": {
            "name": "한국언론재단(견본)",
            "phone": "02-000-1000",
            "address": "서울 중구 세종대로 124",
        },
        "popular": [{"question": "복사기 써도 되나요?"}],
    }
    return environment.get_template("public/home.html").render(context | changes)


def test_the_page_says_that_it_is_a_sample() -> None:
    assert "견본" in render()
    assert "실제 기관이 아니며" in render()


def test_the_page_has_no_inline_script_or_style() -> None:
    page = render()
    assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []
    assert re.findall(r"<script[^>]*>(?!</script>)", page) == []
    assert '<script type="module" src="/static/widget.js"></script>' in page


def test_every_link_leads_somewhere() -> None:
    page = render()
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    for target in re.findall(r'href="([^"]+)"', page):
        if target.startswith("#"):
            assert target[1:] in ids, target
        elif target.startswith("/static/"):
            assert (WEB / "public" / target.removeprefix("/static/")).is_file(), target
        else:
            assert target in ("/", "/charter") or target.startswith("tel:"), target


def test_every_picture_exists() -> None:
    sources = re.findall(r'src="/static/([^"]+)"', render())
    assert sources
    assert [source for source in sources if not (WEB / "public" / source).is_file()] == []


def test_a_popular_question_can_be_asked_with_one_press_and_is_escaped() -> None:
    page = render(popular=[{"question": '"<b>광고</b>"는 무엇인가요?'}])
    assert "<b>광고" not in page
    assert 'data-eungdae-ask="&#34;&lt;b&gt;광고' in page


def test_the_page_stands_without_popular_questions() -> None:
    assert "준비하고 있습니다." in render(popular=[])
