"""The ticket page by states and roles: what is shown, what is done with it, what the citizen gets of it."""

from __future__ import annotations

import pytest

from desk import directory
from desk.models import Department, Staff
from tests.web.console.office import Office
from tests.web.console.world import token


def page(number: str) -> str:
    return f"/staff/tickets/{number}"


def test_an_answer_is_signed_sent_and_seen_in_the_conversation(office: Office) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    assert '이안내 주임</b> · <span class="whole">02-000-1002' in lee.get(page(number)).text
    sent = lee.submit(page(number), f"{page(number)}/reply", text="오늘 처리되었습니다.\r\n감사합니다.")
    assert sent.headers["location"] == f"{page(number)}?done=replied"
    after = lee.get(sent.headers["location"]).text
    assert "오늘 처리되었습니다.\n감사합니다." in after
    assert "답변을 보냈습니다" in after
    assert "답변 완료" in after
    assert office.told() == ["오늘 처리되었습니다.\n감사합니다."]
    assert ("ticket.reply", number) in office.logged()


def test_when_a_colleague_was_first_the_typed_answer_comes_back_unsent(office: Office) -> None:
    number = office.ticket()
    lee, kim = office.signed_in("lee"), office.signed_in("kim")
    shown = lee.get(page(number)).text
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    kim.submit(page(number), f"{page(number)}/reply", text="제가 먼저 답했습니다.")
    data = {"text": "늦은 답", "csrf": token(shown), "seen": seen}
    second = lee.post(f"{page(number)}/reply", data=data)
    assert second.status_code == 409
    assert "다른 직원이 답변" in second.text
    assert "늦은 답</textarea>" in second.text
    assert office.told() == ["제가 먼저 답했습니다."]


def test_an_answered_ticket_is_closed_and_leaves_the_list(office: Office) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    refused = lee.submit(page(number), f"{page(number)}/close")
    assert refused.status_code == 409
    assert "문의 종결</button>" not in refused.text
    assert "답변을 보내신 뒤에" in refused.text
    lee.submit(page(number), f"{page(number)}/reply", text="답변드립니다.")
    assert "문의 종결</button>" in lee.get(page(number)).text
    closed = lee.submit(page(number), f"{page(number)}/close")
    assert closed.headers["location"] == f"{page(number)}?done=closed"
    assert number not in lee.get("/staff?queue=department").text
    assert "문의를 종결했습니다." in lee.get(page(number)).text


def test_both_clocks_and_the_history_are_told_in_words(office: Office) -> None:
    number = office.ticket()
    shown = office.signed_in("lee").get(page(number)).text
    assert "11월 27일(금)까지" in shown
    assert "11월 27일(금) 10:00" in shown  # 24 working hours from Tuesday at ten
    assert "누리집 채팅으로 접수했습니다. 11월 27일(금)까지 답변을 약속했습니다." in shown
    assert "담당자를 고객지원팀 이안내 주임으로 정했습니다." in shown


def test_an_extension_is_told_with_its_reason_and_kept_when_it_is_refused(office: Office) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    wanted = {"until": "2026-11-29", "reason": "관련 부서의 확인이 필요합니다."}
    refused = lee.submit(page(number), f"{page(number)}/extend", **wanted)  # a Sunday
    assert refused.status_code == 422
    assert "관련 부서의 확인이 필요합니다.</textarea>" in refused.text
    assert 'id="extend"  open' in refused.text
    lee.submit(page(number), f"{page(number)}/extend", until="2026-12-02", reason=wanted["reason"])
    assert "12월 2일(수)까지" in lee.get(page(number)).text
    assert wanted["reason"] in office.told()[-1]
    again = lee.get(page(number)).text
    assert "고객이 다시 연장하는 데 동의했습니다." in again
    second = lee.submit(page(number), f"{page(number)}/extend", until="2026-12-07", reason="더 걸립니다.")
    assert second.status_code == 409


@pytest.mark.parametrize(("form", "field", "days"), [("extend", "until", 0), ("delay", "expected_on", 6)])
@pytest.mark.parametrize("day", ["", "내일"])
def test_a_form_without_a_day_comes_back_with_the_reason_that_was_typed(
    office: Office, form: str, field: str, days: int, day: str
) -> None:
    number = office.ticket()
    office.below.later(days=days)
    lee = office.signed_in("lee")
    refused = lee.submit(page(number), f"{page(number)}/{form}", **{field: day}, reason="자료가 늦습니다.")
    assert refused.status_code == 422
    assert "날짜를 골라 주십시오." in refused.text
    assert "자료가 늦습니다.</textarea>" in refused.text
    assert office.told() == []


def test_another_department_reads_and_hands_over_but_has_no_form_to_the_citizen(office: Office) -> None:
    number = office.ticket(kind="complaint")
    cho = office.signed_in("cho")
    shown = cho.get(page(number)).text
    for form in ("reply", "ask", "tell", "apologise", "extend"):
        assert f'action="{page(number)}/{form}"' not in shown, form
        refused = cho.submit("/staff", f"{page(number)}/{form}", text="x", until="2026-12-02", reason="x")
        assert refused.status_code == 409, form
        assert "다른 부서의 접수입니다. 이관받으신 뒤에 답변해 주십시오." in refused.text
    for form in ("note", "transfer"):
        assert f'action="{page(number)}/{form}"' in shown, form


def test_a_broken_promise_is_a_loud_task_until_the_citizen_was_told(office: Office) -> None:
    number = office.ticket()
    office.below.later(days=6)
    lee = office.signed_in("lee")
    assert "지연 안내를 보내야 합니다" in lee.get(page(number)).text
    assert "기한 연장</span>" not in lee.get(page(number)).text
    told = lee.submit(
        page(number), f"{page(number)}/delay", expected_on="2026-12-02", reason="확인이 늦었습니다."
    )
    assert told.status_code == 303
    assert "지연 안내를 보내야 합니다" not in lee.get(page(number)).text
    assert "12월 2일(수) 답변 예정" in lee.get(page(number)).text
    assert "확인이 늦었습니다." in office.told()[-1]


def test_whoever_is_handed_a_ticket_sees_the_card_before_anything_else(office: Office) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    lee.submit(page(number), f"{page(number)}/tell", text="확인하고 있습니다.")
    handed = lee.submit(
        page(number), f"{page(number)}/transfer", department="ads-planning", to=office.staff("cho").id,
        summary="집행 내역을 물으십니다.", open_points="지난달 정산 금액",
    )  # fmt: skip
    assert handed.status_code == 303
    assert office.row(number).staff_id == office.staff("cho").id
    assert office.told()[-1].startswith("정부광고기획팀(02-000-2001)")
    shown = office.signed_in("cho").get(page(number)).text
    assert shown.index("넘겨받은 문의입니다") < shown.index('id="matter"')
    card = shown.split('id="card"')[1].split('id="matter"')[0]
    for part in ("집행 내역을 물으십니다.", "지난달 정산 금액", "홍길동", "확인하고 있습니다."):
        assert part in card
    assert "넘겨받은 문의입니다" not in lee.get(page(number)).text
    assert "이관 카드" in lee.get(page(number)).text


@pytest.mark.parametrize(("teach", "lessons"), [("true", 1), ("", 0)])
def test_a_corrected_route_teaches_only_when_it_is_said_so(office: Office, teach: str, lessons: int) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    fields = {"department": "other", "other": "general-affairs", "summary": "시설 문의", "teach": teach}
    lee.submit(page(number), f"{page(number)}/transfer", **{k: v for k, v in fields.items() if v})
    assert office.row(number).department_id == "general-affairs"
    assert len(office.lessons()) == lessons


def test_a_transfer_that_is_refused_keeps_its_card_and_teaches_nothing(office: Office) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    refused = lee.submit(
        page(number),
        f"{page(number)}/transfer",
        department="customer-support",
        summary="요지입니다",
        teach="true",
    )
    assert refused.status_code == 422
    assert "요지입니다</textarea>" in refused.text
    assert office.lessons() == []


def test_a_suggestion_ends_with_a_decision_whose_reason_is_told(office: Office) -> None:
    number = office.ticket(kind="suggestion")
    lee = office.signed_in("lee")
    assert "제안 검토 결과 알리기" in lee.get(page(number)).text
    lee.submit(page(number), f"{page(number)}/decide", outcome="partly", text="예산 안에서 일부 반영합니다.")
    assert "일부 채택" in office.told()[-1]
    assert "예산 안에서 일부 반영합니다." in office.told()[-1]
    assert "제안의 검토 결과를 알렸습니다: 일부 채택" in lee.get(page(number)).text
    assert office.row(number).state == "answered"


def test_a_claim_ends_with_a_remedy_and_a_complaint_wants_progress(office: Office) -> None:
    claim = office.ticket(kind="claim", facts={"damage": "교육비를 다시 냈습니다."})
    lee = office.signed_in("lee")
    assert "교육비를 다시 냈습니다." in lee.get(page(claim)).text
    lee.submit(page(claim), f"{page(claim)}/remedy", remedy="compensated", text="환불해 드렸습니다.")
    assert "금전 보상" in office.told()[-1]
    complaint = office.ticket(kind="complaint")
    shown = lee.get(page(complaint)).text
    assert "사과를 드렸습니다." in shown
    assert "시정 경과 알리기" in shown
    assert "시정 경과를 알리거나 답변한 뒤에 종결" in shown


def test_the_citizen_hears_which_colleague_answers_when_the_person_in_charge_has_left(office: Office) -> None:
    number = office.ticket(kind="complaint")
    account = f"/staff/directory/people/{office.staff('lee').id}"
    office.signed_in("kim", role="admin").submit(account, f"{account}/deactivate")
    with office.below.database.session() as session:
        person = directory.contact(session.get_one(Staff, office.row(number).staff_id))
    told = office.told()[-1]
    assert person.name != "이안내"
    for part in (number, person.department, person.name, person.phone):
        assert part in told
    assert "told" not in [event.kind for event in office.events(number)]  # no progress was told yet


def test_a_department_whose_hours_cannot_be_read_hides_no_ticket(office: Office) -> None:
    number = office.ticket()
    with office.below.database.session() as session:
        session.get_one(Department, "customer-support").hours = "아홉 시부터"
    assert "답변 약속" in office.signed_in("lee").get(page(number)).text


def test_who_is_in_charge_apologises_in_their_own_words(office: Office) -> None:
    number = office.ticket(kind="complaint")
    lee = office.signed_in("lee")
    done = lee.submit(page(number), f"{page(number)}/apologise", text="기다리시게 하여 죄송합니다.")
    assert done.status_code == 303
    assert "기다리시게 하여 죄송합니다." in office.told()[-1]
    inquiry = office.ticket(sender="u2")
    assert "/apologise" not in lee.get(page(inquiry)).text


def test_a_reservation_gets_one_of_the_free_times(office: Office) -> None:
    number = office.ticket(kind="reservation")
    lee = office.signed_in("lee")
    for nonsense in ("", "soon", "2026-11-25T10:00:00"):
        refused = lee.submit(page(number), f"{page(number)}/book", start=nonsense)
        assert refused.status_code == 422
        assert "상담 시간을 골라 주십시오." in refused.text
    shown = lee.get(page(number)).text
    start = shown.split('id="book-start"')[1].split('<option value="2')[1].split('"')[0]
    booked = lee.submit(page(number), f"{page(number)}/book", start=f"2{start}")
    assert booked.status_code == 303
    assert "예약되었습니다" in office.told()[-1]
    assert "상담 시간 바꾸기" in lee.get(page(number)).text


def test_the_same_citizens_tickets_are_offered_for_a_merge(office: Office) -> None:
    first = office.ticket(sender="u1")
    second = office.ticket(sender="u2", matter="같은 내용을 다시 여쭙니다.")
    other = office.ticket(sender="u3", phone="010-9999-8888")
    lee = office.signed_in("lee")
    shown = lee.get(page(second)).text.split('id="merge"')[1]
    assert first in shown
    assert other not in shown
    lee.submit(page(second), f"{page(second)}/merge", into=first)
    assert office.row(second).state == "merged"
    merged = lee.get(page(second)).text
    assert f"문의 {first}에 병합했습니다." in merged
    assert f'<a href="{page(first)}">{first}</a> 문의에 병합되어' in merged
    assert f'action="{page(second)}/reply"' not in merged
    assert f"문의 {second}의 내용을 이 문의에 병합했습니다." in lee.get(page(first)).text


def test_a_stranger_s_ticket_or_a_made_up_number_is_no_place_to_merge_into(office: Office) -> None:
    number = office.ticket()
    other = office.ticket(phone="010-9999-8888")
    lee = office.signed_in("lee")
    assert lee.submit(page(number), f"{page(number)}/merge", other=other).status_code == 422
    missing = lee.submit(page(number), f"{page(number)}/merge", other="E-20261124-0000")
    assert missing.status_code == 404
    assert 'value="E-20261124-0000"' in missing.text
    assert office.row(number).state == "assigned"


def test_a_question_to_the_citizen_is_waited_for(office: Office) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    lee.submit(page(number), f"{page(number)}/ask", text="신청하신 날짜를 알려 주시겠습니까?")
    assert "고객 답변 대기" in lee.get(page(number)).text
    assert office.told() == ["신청하신 날짜를 알려 주시겠습니까?"]


def test_notes_are_for_staff_and_reach_no_citizen(office: Office) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    lee.submit(page(number), f"{page(number)}/note", text="전화를 세 번 드렸으나 받지 않으심")
    assert "전화를 세 번 드렸으나 받지 않으심" in office.signed_in("kim").get(page(number)).text
    assert office.told() == []
    assert "세 번 드렸으나" not in office.below.everything_written()


def test_the_kind_is_corrected_and_the_person_chosen(office: Office) -> None:
    number = office.ticket()
    lee = office.signed_in("lee")
    lee.submit(page(number), f"{page(number)}/reclassify", kind="complaint")
    assert office.row(number).kind == "complaint"
    assert "사과" in office.told()[-1]
    lee.submit(page(number), f"{page(number)}/assign", to=office.staff("kim").id)
    assert office.row(number).staff_id == office.staff("kim").id


def test_a_ticket_of_the_telephone_wants_the_word_that_it_was_told(office: Office) -> None:
    number = office.by_phone()
    lee = office.signed_in("lee")
    assert "전화로 안내함" in lee.get(page(number)).text
    assert lee.submit(page(number), f"{page(number)}/reply", text="설명드렸습니다.").status_code == 422
    done = lee.submit(page(number), f"{page(number)}/reply", text="설명드렸습니다.", by_phone="true")
    assert done.headers["location"].endswith("?done=phoned")
    assert "답변했습니다. (전화)" in lee.get(page(number)).text


def test_two_who_look_at_a_ticket_see_each_other_and_what_the_other_did(office: Office) -> None:
    number = office.ticket()
    lee, kim = office.signed_in("lee"), office.signed_in("kim")
    shown = lee.get(page(number)).text
    live = shown.split('id="live" hx-get="')[1].split('"')[0]
    assert "보고 있습니다" not in lee.get(live).text
    kim.get(page(number))
    assert "김담당 팀장</b> 님도 지금 이 문의를 보고 있습니다" in lee.get(live).text
    kim.submit(page(number), f"{page(number)}/note", text="확인 중")
    assert "그사이 <b>김담당 팀장</b>" in lee.get(live).text
    office.below.later(minutes=1)
    assert "보고 있습니다" not in lee.get(live).text


def test_an_auditor_reads_all_and_may_do_nothing(office: Office) -> None:
    number = office.ticket(kind="suggestion")
    auditor = office.signed_in("park", role="auditor")
    shown = auditor.get(page(number)).text
    assert "홍길동" in shown
    assert f'action="{page(number)}' not in shown
    steps = ("reply", "ask", "tell", "note", "assign", "transfer", "reclassify", "merge", "close", "start")
    for step in (*steps, "decide", "remedy", "preview", "files/x/remove"):
        refused = auditor.submit("/staff", f"{page(number)}/{step}", text="x", to="x")
        assert refused.status_code == 403, step
    assert [event.kind for event in office.events(number)] == ["received", "assigned"]


def test_an_editor_drafts_but_answers_nobody(office: Office) -> None:
    number = office.ticket()
    editor = office.signed_in("park", role="editor")
    assert f'action="{page(number)}/reply"' not in editor.get(page(number)).text
    assert "새 FAQ 항목 만들기" in editor.get(page(number)).text
    assert editor.submit("/staff", f"{page(number)}/reply", text="x").status_code == 403
