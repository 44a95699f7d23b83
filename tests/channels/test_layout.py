"""Replies become bubbles with buttons by what a channel can do, and lose nothing that can be kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from channels.layout import bubbles, spoken
from channels.protocol import Abilities, Button, Reply
from channels.text import length

ROOMY = Abilities(text=2000, buttons=20, label=200)
NARROW = Abilities(text=200, bubbles=2, buttons=3, label=8, payload=20)
SIGNED = {"signed": {"name": "김담당", "title": "과장", "department": "총무팀", "phone": "02-000-1100"}}


def button(label: str, payload: str = "affirm") -> Button:
    return Button(label=label, payload=payload)


def reply(text: str, *buttons: Button, kind: str = "text", **data: object) -> Reply:
    return Reply(kind=kind, text=text, buttons=list(buttons), data=data)


def test_where_all_fits_buttons_stand_under_the_last_text_and_are_not_written_out() -> None:
    [first, last] = bubbles([reply("안녕하세요."), reply("고르십시오.", button("네"))], ROOMY)
    assert (first.text, first.choices) == ("안녕하세요.", ())
    assert last.text == "고르십시오."
    assert [choice.label for choice in last.choices] == ["네"]


def test_where_a_label_would_be_cut_all_are_written_out_with_numbers() -> None:
    [said] = bubbles([reply("고르십시오.", button("네"), button("정부광고 수수료 안내"))], NARROW)
    assert said.text == "고르십시오.\n1. 네\n2. 정부광고 수수료 안내"
    assert [(choice.label, choice.said) for choice in said.choices] == [
        ("네", "네"),
        ("정부광고 수수…", "정부광고 수수료 안내"),
    ]


def test_numbers_go_on_from_reply_to_reply_as_they_are_typed() -> None:
    said = bubbles(
        [
            reply("하나", button("가", "a"), button("나", "b")),
            reply("둘", button("다", "c"), button("라", "d")),
        ],
        NARROW,
    )
    assert [bubble.text for bubble in said] == ["하나\n1. 가\n2. 나", "둘\n3. 다\n4. 라"]
    assert [choice.said for choice in said[-1].choices] == ["나", "다", "라"]


def test_labels_that_would_be_cut_alike_begin_with_their_numbers() -> None:
    [said] = bubbles([reply("?", button("정부광고 수수료는", "a"), button("정부광고 수수료란", "b"))], NARROW)
    assert [choice.label for choice in said.choices] == ["1. 정부광고…", "2. 정부광고…"]


def test_a_payload_that_the_channel_cannot_carry_goes_by_number_alone() -> None:
    [said] = bubbles([reply("?", button("가", "faq:" + "x" * 40), button("나"))], NARROW)
    assert said.text == "?\n1. 가\n2. 나"
    assert [choice.label for choice in said.choices] == ["나"]


def test_a_channel_without_buttons_writes_all_of_them_out() -> None:
    [said] = bubbles([reply("도움이 되었나요?", button("네"), button("아니요", "deny"))], Abilities())
    assert (said.text, said.choices) == ("도움이 되었나요?\n1. 네\n2. 아니요", ())


def test_what_is_too_much_is_shortened_and_says_so_above_the_signature() -> None:
    said = bubbles([reply("긴 설명입니다. " * 100, kind="staff", **SIGNED)], NARROW)
    assert len(said) == 2
    assert said[-1].text.endswith(
        "…\n(내용이 길어 여기까지 안내해 드립니다. 나머지는 담당 부서에 요청해 주십시오.)\n"
        "— 김담당 과장 · 총무팀 · 02-000-1100"
    )
    assert len(said[-1].text) <= 200


def test_a_long_list_keeps_its_lines() -> None:
    lines = [f"{n}. 부서 {n}번입니다." for n in range(1, 60)]
    said = bubbles([reply("\n".join(lines))], Abilities(text=200))
    assert [line for bubble in said for line in bubble.text.split("\n")] == lines


def test_nothing_said_is_no_bubble() -> None:
    assert bubbles([], NARROW) == []
    assert bubbles([reply("")], NARROW) == []


WORDS = st.text(st.sampled_from("가나 다.\n각👩‍👩‍👧🇰🇷é1"), min_size=1, max_size=300)
REPLIES = st.lists(
    st.builds(
        Reply,
        kind=st.sampled_from(["text", "answer", "staff"]),
        text=WORDS.map(lambda words: "말" + words),
        buttons=st.lists(
            st.builds(Button, label=st.text("가나다👩", min_size=1, max_size=12), payload=st.just("affirm")),
            max_size=5,
        ),
    ),
    max_size=5,
)


@given(REPLIES, st.sampled_from(["points", "utf16"]), st.sampled_from([None, 1, 3]), st.integers(120, 400))
def test_bubbles_stay_inside_every_limit(replies: list[Reply], unit, most, longest: int) -> None:
    can = Abilities(text=longest, unit=unit, bubbles=most, buttons=3, label=8)
    said = bubbles(replies, can)
    assert most is None or len(said) <= most
    assert all(1 <= length(bubble.text, unit) <= longest for bubble in said)
    assert all(length(choice.label, unit) <= 8 for bubble in said for choice in bubble.choices)
    assert all(len(bubble.choices) <= 3 for bubble in said)


@given(REPLIES)
def test_where_as_many_bubbles_as_it_takes_may_be_said_no_word_is_lost(replies: list[Reply]) -> None:
    said = "".join(bubble.text for bubble in bubbles(replies, Abilities(text=100, buttons=40, label=40)))
    wanted = "".join(spoken(one) for one in replies)
    assert "".join(said.split()) == "".join(wanted.split())
