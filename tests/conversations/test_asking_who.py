"""Asking who is in charge, with the duty in the question."""

from __future__ import annotations

import pytest

from conversations.asking_who import asks_who
from conversations.meaning import meaning_of_text
from faq.decision import Answer, Candidate, Choices
from faq.understanding import Understanding

ADS = (("ads-planning", 6.2), ("customer-support", 2.0))
UNKNOWN = Understanding("unknown", 0.9, departments=ADS)


@pytest.mark.parametrize(
    "text",
    [
        "보도자료 심의 담당자가 누구예요?",
        "보도자료 심의 담당이 누구인가요",
        "빅카인즈 오류는 누가 담당하나요",
        "수수료 안내 담당자 연락처 알려 주세요",
        "증빙자료는 누가 맡아요",
        "광고비 정산은 어느 부서에 문의하나요",
        "광고비 정산 담당 부서 전화번호요",
        "이용 허락은 어느 팀에서 하나요",
        "누가 정부광고 수수료 담당이에요?",
        "담당자 이름이 뭐예요? 저작권 문의요",
    ],
)
def test_whoever_asks_for_the_one_in_charge_of_a_duty_is_told_the_department(text: str) -> None:
    meaning = meaning_of_text(text, UNKNOWN, None)
    assert (meaning.intent, meaning.responsible) == ("find_staff", "ads-planning")


@pytest.mark.parametrize(
    "text",
    [
        "담당자가 직접 알려 주시나요",
        "답장 끝에 담당자 이름이 있나요",
        "담당자가 자리에 없으면 다른 직원이 해 주나요",
        "광고비 정산을 하고 싶습니다",
    ],
)
def test_a_question_that_only_mentions_somebody_stays_a_question(text: str) -> None:
    assert not asks_who(text, UNKNOWN)


def test_what_names_no_duty_is_left_to_the_dialogue() -> None:
    vague = Understanding("unknown", 0.9, departments=(("ads-planning", 3.0),))
    assert not asks_who("제 문의 담당자가 누구예요?", vague)
    assert not asks_who("담당자가 누구예요?", Understanding("unknown", 0.9))


def test_a_sure_answer_comes_first() -> None:
    sure = Understanding("faq", 0.99, Answer("local.contact", 0.99), departments=ADS)
    assert meaning_of_text("지역신문 담당 부서 전화번호", sure, None).intent == "faq"


def test_somebody_to_ask_comes_before_entries_that_might_answer() -> None:
    choices = Choices((Candidate("ads.fee", "수수료는?", 0.4),))
    unsure = Understanding("choices", 0.4, choices, departments=ADS)
    assert meaning_of_text("수수료는 누가 담당하나요", unsure, None).intent == "find_staff"


def test_a_matter_that_a_form_waits_for_is_never_taken_for_it() -> None:
    assert meaning_of_text("정산은 누가 담당하나요", UNKNOWN, "matter").intent == "unknown"
