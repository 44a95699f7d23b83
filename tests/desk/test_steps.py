"""What may happen to a ticket, what may not, and what is said then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import SEOUL
from core.database import Database
from core.errors import Conflict, Invalid
from core.privacy import Vault
from desk import debts, overrides, steps, tickets
from desk.models import Department, Notice, Staff
from tests.desk.acting import Actor, Named, case, person, unit
from tests.desk.conftest import NOW

PROMISED = date(2026, 5, 7)
LATE = datetime(2026, 5, 8, 9, 0, tzinfo=SEOUL)
LAST_MINUTE = datetime(2026, 5, 7, 23, 59, tzinfo=SEOUL)


@pytest.fixture
def act(desk: Database, vault: Vault) -> Actor:
    return Actor(desk, vault)


@pytest.fixture
def number(opened) -> str:
    """A ticket of the department ads, in charge of cho, promised for the 7th of May."""
    return opened().number


# ---- who does it


def test_the_person_in_charge_begins(act: Actor, number: str) -> None:
    act(steps.start, number)
    assert act.row(number).state == "in_progress"


def test_somebody_else_does_not_begin_what_is_a_colleagues(act: Actor, number: str) -> None:
    with pytest.raises(Conflict, match="담당자가 아닙니다"):
        act(steps.start, number, by="yoon")
    assert act.row(number).state == "assigned"


def test_a_colleague_of_the_department_takes_it_over(act: Actor, desk: Database, number: str) -> None:
    act(steps.assign, number, person("yoon"))
    assert (act.row(number).staff_id, act.row(number).state) == ("yoon", "assigned")
    assert told(desk, "yoon") == ["assigned"]


def test_confirming_a_route_that_was_not_sure_needs_no_new_person(act: Actor, opened) -> None:
    number = opened(department_id=None).number
    assert act.row(number).state == "received"
    act(steps.assign, number, person("kim"), by="kim")
    assert act.row(number).state == "assigned"


@pytest.mark.parametrize(
    ("change", "to", "refusal"),
    [
        ({}, "cho", "이미 이 접수의 담당자"),
        ({}, "kim", "다른 부서의 직원"),
        ({"active": False}, "yoon", "맡을 수 없는"),
        ({"role": "auditor"}, "yoon", "맡을 수 없는"),
        ({"presence": "leave"}, "yoon", "자리에 없는"),
    ],
)
def test_whoever_cannot_take_a_ticket_is_not_assigned(
    act: Actor, desk: Database, number: str, change: dict[str, object], to: str, refusal: str
) -> None:
    with desk.session() as session:
        for name, value in change.items():
            setattr(session.get_one(Staff, to), name, value)
    with pytest.raises((Conflict, Invalid), match=refusal):
        act(steps.assign, number, person(to))
    assert act.row(number).staff_id == "cho"


def transfer(act: Actor, number: str, to: str = "front", someone: Named | None = None) -> None:
    act(steps.transfer, number, unit(to), someone, "환불 건입니다.", "영수증 확인")


def test_a_transfer_changes_department_and_person_and_keeps_the_date(
    act: Actor, desk: Database, number: str
) -> None:
    act(steps.start, number)
    transfer(act, number)
    row = act.row(number)
    assert (row.department_id, row.staff_id, row.state, row.promised_on) == (
        "front", "kim", "assigned", PROMISED,
    )  # fmt: skip
    assert act.words(number)[-1] == "환불 건입니다.\n\n[남은 사항]\n영수증 확인"
    assert told(desk, "kim") == ["transferred"]


def test_nothing_is_transferred_to_where_it_is(act: Actor, number: str) -> None:
    with pytest.raises(Invalid, match="부서를 골라"):
        transfer(act, number, "ads")


def test_nothing_is_transferred_to_a_closed_department(act: Actor, desk: Database, number: str) -> None:
    with desk.session() as session:
        session.get_one(Department, "front").active = False
    with pytest.raises(Invalid, match="운영 중인"):
        transfer(act, number)


def test_nothing_is_transferred_to_somebody_of_another_department(act: Actor, number: str) -> None:
    with pytest.raises(Invalid, match="그 부서에 속해"):
        transfer(act, number, "front", person("yoon"))


def test_with_nobody_there_a_transfer_does_not_come_back_to_where_it_began(
    act: Actor, desk: Database, number: str
) -> None:
    """The department that would stand in is the one that hands over."""
    with desk.session() as session:
        session.get_one(Staff, "kim").presence = "leave"
    with pytest.raises(Conflict, match="응대할 수 있는 직원이 없습니다"):
        transfer(act, number)
    assert act.row(number).department_id == "ads"


def test_a_transfer_says_what_the_matter_is(act: Actor, number: str) -> None:
    with pytest.raises(Invalid, match="요지"):
        act(steps.transfer, number, unit("front"), None, " ", "")


# ---- time


def test_an_extension_moves_the_promised_date_once(act: Actor, number: str) -> None:
    act(steps.extend, number, date(2026, 5, 12), "외부 확인이 필요합니다.")
    row = act.row(number)
    assert (row.promised_on, row.state, row.extensions) == (date(2026, 5, 12), "extended", 1)


def test_until_the_last_minute_of_the_promised_day_it_can_be_extended(act: Actor, number: str) -> None:
    act(steps.extend, number, date(2026, 5, 8), "하루가 더 필요합니다.", at=LAST_MINUTE)
    assert act.row(number).promised_on == date(2026, 5, 8)


def test_after_the_promised_day_it_is_too_late_to_extend(act: Actor, number: str) -> None:
    midnight = datetime(2026, 5, 8, 0, 0, tzinfo=SEOUL)
    with pytest.raises(Conflict, match="이미 지나"):
        act(steps.extend, number, date(2026, 5, 12), "늦었습니다.", at=midnight)
    assert act.row(number).promised_on == PROMISED


@pytest.mark.parametrize(
    ("until", "refusal"),
    [
        (PROMISED, "뒤의 날짜"),
        (date(2026, 5, 6), "뒤의 날짜"),
        (date(2026, 4, 1), "뒤의 날짜"),
        (date(2026, 5, 9), "휴일"),
        (date(2026, 5, 25), "휴일"),
        (date(2027, 5, 7), "1년 안"),
        (date(2206, 5, 12), "1년 안"),
    ],
)
def test_the_new_date_is_a_later_business_day(act: Actor, number: str, until: date, refusal: str) -> None:
    with pytest.raises(Invalid, match=refusal) as caught:
        act(steps.extend, number, until, "시간이 더 필요합니다.")
    assert list(caught.value.fields) == ["until"]
    assert act.row(number).promised_on == PROMISED


def test_a_day_that_the_foundation_closes_is_no_new_date(act: Actor, desk: Database, number: str) -> None:
    with desk.session() as session:
        overrides.put(session, date(2026, 5, 12), False, "창립 기념일", session.get_one(Staff, "kim"), NOW)
    with pytest.raises(Invalid, match="휴일"):
        act(steps.extend, number, date(2026, 5, 12), "시간이 더 필요합니다.")


def test_an_extension_gives_a_reason(act: Actor, number: str) -> None:
    with pytest.raises(Invalid):
        act(steps.extend, number, date(2026, 5, 12), "  ")
    assert act.row(number).extensions == 0


def test_a_second_extension_needs_the_citizens_consent(act: Actor, number: str) -> None:
    act(steps.extend, number, date(2026, 5, 12), "외부 확인이 필요합니다.")
    with pytest.raises(Conflict, match="동의"):
        act(steps.extend, number, date(2026, 5, 14), "아직 확인 중입니다.")
    act(steps.extend, number, date(2026, 5, 14), "아직 확인 중입니다.", consent=True)
    assert (act.row(number).promised_on, act.row(number).extensions) == (date(2026, 5, 14), 2)


def test_an_answered_ticket_is_not_extended(act: Actor, number: str) -> None:
    act(steps.answer, number, "답변입니다.")
    with pytest.raises(Conflict, match="이미 답변 완료"):
        act(steps.extend, number, date(2026, 5, 12), "더 필요합니다.")


def test_a_delay_is_told_only_after_the_day_has_passed(act: Actor, number: str) -> None:
    with pytest.raises(Conflict, match="아직 지나지"):
        act(steps.delay, number, date(2026, 5, 12), "늦어집니다.", at=LAST_MINUTE)
    act(steps.delay, number, date(2026, 5, 12), "확인이 늦어졌습니다.", at=LATE)
    row = act.row(number)
    assert (row.promised_on, row.expected_on) == (PROMISED, date(2026, 5, 12))


@pytest.mark.parametrize("day", [date(2026, 5, 7), date(2026, 5, 9), date(2028, 1, 3)])
def test_a_delay_names_a_business_day_to_come(act: Actor, number: str, day: date) -> None:
    with pytest.raises(Invalid):
        act(steps.delay, number, day, "늦어집니다.", at=LATE)


def test_a_delay_that_is_owed_blocks_closing_even_after_a_late_answer(act: Actor, number: str) -> None:
    act.at = LATE
    with pytest.raises(Conflict, match="답변을 보내신 뒤"):
        act(steps.close, number)
    act(steps.answer, number, "늦은 답변입니다.")
    with pytest.raises(Conflict, match="지연 안내"):
        act(steps.close, number)
    act(steps.delay, number, LATE.date(), "담당자가 갑자기 바뀌었습니다.")
    act(steps.close, number)
    assert act.row(number).state == "closed"


def test_an_answer_in_time_owes_no_delay_notice(act: Actor, number: str) -> None:
    act(steps.answer, number, "답변입니다.", at=LAST_MINUTE)
    with pytest.raises(Conflict, match="필요하지 않은"):
        act(steps.delay, number, date(2026, 5, 12), "늦었습니다.", at=LATE)
    act(steps.close, number, at=LATE)


def test_who_wanted_no_reply_is_owed_no_delay_notice(act: Actor, opened, desk: Database) -> None:
    number = opened(reply_needed=False).number
    with desk.session() as session:
        assert not debts.delay_owed(session, act.ticket(session, number), LATE)
    act(steps.close, number, at=LATE)


def test_a_later_date_told_in_a_delay_can_be_told_again(act: Actor, number: str) -> None:
    act(steps.delay, number, date(2026, 5, 8), "오늘 안에 하겠습니다.", at=LATE)
    act(steps.delay, number, date(2026, 5, 12), "더 걸립니다.", at=LATE + timedelta(days=3))
    assert act.row(number).expected_on == date(2026, 5, 12)


# ---- what is said


def test_a_second_answer_may_follow_the_first(act: Actor, number: str) -> None:
    act(steps.answer, number, "답변입니다.")
    act(steps.answer, number, "덧붙여 말씀드립니다.", by="yoon")
    assert act.kinds(number).count("answered") == 2


def test_the_same_answer_twice_in_a_moment_is_one(act: Actor, number: str) -> None:
    act(steps.answer, number, "답변입니다. 010-1234-5678로 전화드리겠습니다.")
    with pytest.raises(Conflict, match="같은 답변"):
        act(steps.answer, number, " 답변입니다. 010-1234-5678로 전화드리겠습니다. ")
    act(steps.answer, number, "답변입니다. 010-1234-5678로 전화드리겠습니다.", at=NOW + timedelta(minutes=2))
    assert act.kinds(number).count("answered") == 2


def test_of_two_who_answer_the_same_page_the_second_hears_of_the_first(
    act: Actor, desk: Database, number: str
) -> None:
    with desk.session() as session:
        seen = tickets.history(session, act.ticket(session, number))[-1].id
    act(steps.answer, number, "먼저 답변합니다.", seen=seen)
    with pytest.raises(Conflict, match="다른 직원이 답변"):
        act(steps.answer, number, "나도 답변합니다.", by="yoon", seen=seen)


def test_of_two_who_answer_the_same_page_at_once_one_gets_through(
    act: Actor, desk: Database, number: str
) -> None:
    with desk.session() as session:
        seen = tickets.history(session, act.ticket(session, number))[-1].id
    outcomes = at_once(
        *[lambda by=by: act(steps.answer, number, f"{by}의 답변", by=by, seen=seen) for by in ("cho", "yoon")]
    )
    assert sorted(outcomes) == ["", "그사이 다른 직원이 답변하였습니다. 화면을 새로 고쳐 확인해 주십시오."]


def test_nobody_answers_without_department_or_telephone_to_sign_with(
    act: Actor, desk: Database, number: str
) -> None:
    with desk.session() as session:
        session.add(Staff(id="admin", username="admin", name="관리자", role="admin"))
    for step in (steps.answer, steps.ask, steps.tell, steps.apologise):
        with pytest.raises(Invalid, match="부서와 전화번호"):
            act(step, number, "안녕하세요.", by="admin")
    assert act.kinds(number) == ["received", "assigned"]


def test_another_department_says_nothing_to_the_citizen_before_it_has_the_ticket(
    act: Actor, number: str
) -> None:
    for step in (steps.answer, steps.ask, steps.tell, steps.apologise):
        with pytest.raises(Conflict, match="다른 부서의 접수입니다"):
            act(step, number, "안녕하세요.", by="kim")
    with pytest.raises(Conflict, match="다른 부서의 접수입니다"):
        act(steps.extend, number, date(2026, 5, 12), "확인이 필요합니다.", by="kim")
    with pytest.raises(Conflict, match="다른 부서의 접수입니다"):
        act(steps.delay, number, date(2026, 5, 12), "늦어졌습니다.", by="kim", at=LATE)
    assert act.kinds(number) == ["received", "assigned"]
    transfer(act, number)
    act(steps.answer, number, "답변입니다.", by="kim")


@pytest.mark.parametrize("kind", ["suggestion", "claim", "reservation"])
def test_another_department_ends_no_matter_of_this_one(act: Actor, opened, kind: str) -> None:
    number = opened(kind=kind).number
    step, given = {
        "suggestion": (steps.decide, ("adopted", "좋은 제안입니다.")),
        "claim": (steps.remedy, ("corrected", "시정하였습니다.")),
        "reservation": (steps.book, (datetime(2026, 5, 6, 10, 0, tzinfo=SEOUL),)),
    }[kind]
    with pytest.raises(Conflict, match="다른 부서의 접수입니다"):
        act(step, number, *given, by="kim")
    assert act.row(number).state == "assigned"


@pytest.mark.parametrize("role", ["supervisor", "admin"])
def test_who_oversees_the_desk_speaks_for_any_department(
    act: Actor, desk: Database, number: str, role: str
) -> None:
    with desk.session() as session:
        session.get_one(Staff, "kim").role = role
    act(steps.answer, number, "답변입니다.", by="kim")
    assert act.row(number).state == "answered"


@pytest.mark.parametrize("text", ["", " \n", "가" * 4001])
def test_nothing_empty_or_endless_is_said(act: Actor, number: str, text: str) -> None:
    for step in (steps.answer, steps.ask, steps.tell, steps.note, steps.add):
        with pytest.raises(Invalid):
            act(step, number, text)


def test_what_is_written_is_kept_masked_and_encrypted(act: Actor, desk: Database, number: str) -> None:
    act(steps.note, number, "홍길동 님 010-9999-8888, 주민번호 900101-1234567")
    with desk.session() as session:
        event = tickets.history(session, act.ticket(session, number))[-1]
        assert event.words
        kept = act.vault.cipher.decrypt(event.words)
    assert "홍길동" not in kept
    assert "9999-8888" not in kept
    assert act.words(number) == ["홍길동 님 010-9999-8888, 주민번호 (주민등록번호 삭제됨)"]


def test_a_question_waits_until_the_citizen_writes(act: Actor, desk: Database, number: str) -> None:
    act(steps.ask, number, "영수증 번호를 알려 주십시오.")
    assert act.row(number).waiting
    act(steps.add, number, "1234입니다.")
    assert not act.row(number).waiting
    assert act.row(number).promised_on == PROMISED
    assert told(desk, "cho")[-1] == "added"


def test_of_two_extensions_at_once_only_one_needs_no_consent(act: Actor, number: str) -> None:
    """Both were written on a page that showed none."""
    outcomes = at_once(
        lambda: act(steps.extend, number, date(2026, 5, 12), "확인이 필요합니다."),
        lambda: act(steps.extend, number, date(2026, 5, 14), "확인이 필요합니다.", by="yoon"),
    )
    assert sorted(bool(outcome) for outcome in outcomes) == [False, True]
    assert act.row(number).extensions == 1


def test_a_citizen_who_withdraws_while_somebody_answers_gets_one_of_both(act: Actor, number: str) -> None:
    outcomes = at_once(lambda: act(steps.withdraw, number), lambda: act(steps.answer, number, "답변입니다."))
    assert sorted(bool(outcome) for outcome in outcomes) == [False, True]
    assert act.row(number).state in ("withdrawn", "answered")
    assert len(act.kinds(number)) == 3


def test_of_two_transfers_at_once_the_second_sees_where_it_went(act: Actor, number: str) -> None:
    outcomes = at_once(lambda: transfer(act, number), lambda: transfer(act, number))
    assert sorted(bool(outcome) for outcome in outcomes) == [False, True]
    assert act.kinds(number).count("transferred") == 1


# ---- kinds


def test_a_complaint_is_apologised_to_at_once_in_the_name_of_whoever_is_responsible(
    act: Actor, opened
) -> None:
    told = opened(kind="complaint")
    assert act.events(told.number)[-1] == ("apologised", "system")
    assert "정부광고팀 조광고 대리가" in told.apology
    assert act.words(told.number) == [told.apology]


def test_a_complaint_is_closed_only_after_the_person_in_charge_has_spoken(
    act: Actor, opened, desk: Database
) -> None:
    number = opened(kind="complaint").number
    act(steps.answer, number, "동료가 대신 답합니다.", by="yoon")
    with pytest.raises(Conflict, match="담당자가 직접"):
        act(steps.close, number)
    act(steps.tell, number, "제가 직접 경위를 확인하고 있습니다.")
    act(steps.close, number)


def test_what_the_person_in_charge_of_then_said_still_counts_after_a_transfer(act: Actor, opened) -> None:
    number = opened(kind="complaint").number
    act(steps.tell, number, "확인하고 있습니다.")
    transfer(act, number)
    act(steps.answer, number, "시정하였습니다.", by="kim")
    act(steps.close, number, by="kim")


def test_a_claim_is_closed_only_with_a_remedy(act: Actor, opened) -> None:
    number = opened(kind="claim").number
    act(steps.answer, number, "확인하였습니다.")
    with pytest.raises(Conflict, match="보상 조치"):
        act(steps.close, number)
    with pytest.raises(Invalid, match="조치를 골라"):
        act(steps.remedy, number, "flowers", "꽃을 보냅니다.")
    act(steps.remedy, number, "compensated", "5만 원을 돌려드렸습니다.")
    act(steps.close, number)


def test_a_suggestion_is_closed_only_with_a_decision_and_its_reason(act: Actor, opened) -> None:
    number = opened(kind="suggestion").number
    act(steps.answer, number, "검토하고 있습니다.")
    with pytest.raises(Conflict, match="채택 여부"):
        act(steps.close, number)
    with pytest.raises(Invalid):
        act(steps.decide, number, "partly", "")
    with pytest.raises(Invalid, match="채택 여부를 골라"):
        act(steps.decide, number, "maybe", "글쎄요.")
    act(steps.decide, number, "partly", "예산 안에서 먼저 합니다.")
    act(steps.close, number)


@pytest.mark.parametrize(("kind", "step"), [("suggestion", steps.decide), ("claim", steps.remedy)])
def test_a_decision_or_a_remedy_is_the_answer(act: Actor, opened, kind: str, step: Callable) -> None:
    number = opened(kind=kind).number
    act(step, number, "declined", "규정상 어렵습니다.")
    assert act.row(number).state == "answered"
    act(steps.close, number)


@pytest.mark.parametrize(("step", "value"), [(steps.decide, "adopted"), (steps.remedy, "corrected")])
def test_an_inquiry_is_neither_decided_nor_remedied(
    act: Actor, number: str, step: Callable, value: str
) -> None:
    with pytest.raises(Conflict):
        act(step, number, value, "이유")


def test_a_ticket_of_the_wrong_kind_becomes_one_of_the_right(act: Actor, number: str) -> None:
    act(steps.reclassify, number, "claim")
    assert act.row(number).kind == "claim"
    with pytest.raises(Conflict, match="이미 피해 보상 청구"):
        act(steps.reclassify, number, "claim")
    with pytest.raises(Invalid, match="유형"):
        act(steps.reclassify, number, "poem")


# ---- merging, withdrawing, objecting


def test_a_duplicate_lives_on_in_the_other_ticket(act: Actor, opened) -> None:
    one, other = opened().number, opened().number
    act(steps.merge, one, case(other))
    assert act.row(one).state == "merged"
    assert act.row(one).merged_into_id == act.row(other).id
    assert act.kinds(other)[-1] == "noted"


def test_a_ticket_is_not_merged_into_itself(act: Actor, number: str) -> None:
    with pytest.raises(Invalid, match="같은 접수"):
        act(steps.merge, number, case(number))


def test_tickets_are_not_merged_in_a_circle(act: Actor, opened) -> None:
    one, other = opened().number, opened().number
    act(steps.merge, one, case(other))
    with pytest.raises(Conflict, match="병합 상태"):
        act(steps.merge, other, case(one))


def test_of_two_who_merge_crosswise_at_once_one_gets_through(act: Actor, opened) -> None:
    one, other = opened().number, opened().number

    outcomes = at_once(lambda: act(steps.merge, one, case(other)), lambda: act(steps.merge, other, case(one)))
    assert sorted(bool(outcome) for outcome in outcomes) == [False, True]
    assert sorted(act.row(each).state for each in (one, other)) == ["assigned", "merged"]


def test_strangers_tickets_are_not_merged(act: Actor, opened) -> None:
    one = opened().number
    other = opened(conversation_id="conversation-2", phone="010-8765-4321").number
    with pytest.raises(Invalid, match="고객이 다른"):
        act(steps.merge, one, case(other))


def test_a_broken_promise_is_not_merged_away(act: Actor, opened) -> None:
    one, other = opened().number, opened(now=LATE).number
    with pytest.raises(Conflict, match="지연 안내"):
        act(steps.merge, one, case(other), at=LATE)


def test_the_citizen_takes_a_matter_back(act: Actor, desk: Database, number: str) -> None:
    act(steps.withdraw, number, "해결되었습니다.")
    assert act.row(number).state == "withdrawn"
    assert told(desk, "cho")[-1] == "withdrawn"
    with pytest.raises(Conflict):
        act(steps.answer, number, "답변입니다.")


def test_after_the_answer_nothing_is_taken_back(act: Actor, number: str) -> None:
    act(steps.answer, number, "답변입니다.")
    with pytest.raises(Conflict, match="취하하실 수 없습니다"):
        act(steps.withdraw, number)


def test_an_appointment_is_cancelled_while_it_is_to_come(act: Actor, desk: Database, opened) -> None:
    start = datetime(2026, 5, 6, 10, 0, tzinfo=SEOUL)
    for at, state in ((start - timedelta(hours=1), "withdrawn"), (start, "answered")):
        number = opened(kind="reservation", facts={"slot": start.isoformat()}).number
        assert act.row(number).state == "answered"
        if state == "answered":
            with pytest.raises(Conflict, match="취하하실 수 없습니다"):
                act(steps.withdraw, number, at=at)
        else:
            act(steps.withdraw, number, at=at)
        assert act.row(number).state == state


def test_an_objection_opens_the_matter_again_with_a_new_date(act: Actor, desk: Database, number: str) -> None:
    act(steps.answer, number, "답변입니다.")
    act(steps.objection, number, "제 질문과 다릅니다.", at=LATE)
    row = act.row(number)
    assert (row.state, row.staff_id, row.promised_on) == ("reopened", "cho", date(2026, 5, 13))
    assert (row.clock_started_at, row.extensions) == (LATE, 0)
    assert told(desk, "cho")[-1] == "reopened"


def test_after_an_objection_the_earlier_answer_does_not_close_it(act: Actor, number: str) -> None:
    act(steps.answer, number, "답변입니다.")
    act(steps.close, number)
    act(steps.objection, number, "제 질문과 다릅니다.", at=LATE)
    with pytest.raises(Conflict, match="답변을 보내신 뒤"):
        act(steps.close, number, at=LATE)


def test_after_an_objection_one_extension_is_free_again(act: Actor, number: str) -> None:
    act(steps.extend, number, date(2026, 5, 12), "확인이 필요합니다.")
    act(steps.answer, number, "답변입니다.")
    act(steps.objection, number, "제 질문과 다릅니다.")
    act(steps.extend, number, date(2026, 5, 14), "다시 확인합니다.")
    assert act.row(number).extensions == 1


def test_an_objection_to_somebody_who_has_left_goes_to_a_colleague(
    act: Actor, desk: Database, number: str
) -> None:
    act(steps.answer, number, "답변입니다.")
    with desk.session() as session:
        session.get_one(Staff, "cho").active = False
    act(steps.objection, number, "제 질문과 다릅니다.")
    assert act.row(number).staff_id == "yoon"


def test_before_the_answer_there_is_nothing_to_object_to(act: Actor, number: str) -> None:
    with pytest.raises(Conflict, match="덧붙여"):
        act(steps.objection, number, "빨리 해 주세요.")


def test_a_closed_ticket_takes_nothing_but_an_objection(act: Actor, opened) -> None:
    number = opened(reply_needed=False).number
    act(steps.close, number)
    with pytest.raises(Conflict, match="이의"):
        act(steps.add, number, "하나 더요.")
    with pytest.raises(Conflict, match="이미 종결"):
        act(steps.answer, number, "답변입니다.")
    act(steps.objection, number, "처리되지 않았습니다.")
    assert act.row(number).state == "reopened"


def told(desk: Database, staff_id: str) -> list[str]:
    """The kinds of notices of a person, oldest first, without the one of their first ticket."""
    with desk.session() as session:
        mine = select(Notice).where(Notice.staff_id == staff_id).order_by(Notice.at, Notice.id)
        kinds = [notice.kind for notice in session.scalars(mine)]
    return kinds[1:] if staff_id == "cho" else kinds


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all at the same moment; what each was refused with, empty for none."""
    together = threading.Barrier(len(acts))
    outcomes: list[str] = []

    def one(act: Callable[[], object]) -> None:
        together.wait()
        try:
            act()
            outcomes.append("")
        except (Conflict, Invalid) as error:
            outcomes.append(error.message)

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
