"""The console's words: how times, states, channels and events read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from markupsafe import Markup

from conversations.deliveries import Stuck
from conversations.outbox import OWED, WAITS
from conversations.replies import korean_date
from core.clock import SEOUL
from desk import states
from desk.calendar import Calendar, Hours, promise_end

_WORKING_DAY: Final = timedelta(hours=8)
_SOON: Final = timedelta(hours=8)
_ALL: Final = 100
_CHANNELS: Final = {
    "web": "누리집 채팅",
    "kakao": "카카오톡",
    "naver": "네이버 톡톡",
    "telegram": "텔레그램",
    "line": "라인",
    "slack": "슬랙",
    "messenger": "메신저",
    "email": "전자우편",
    "sms": "문자메시지",
    "phone": "전화",
}
_TONES: Final = {
    "answered": "green",
    "closed": "",
    "merged": "",
    "withdrawn": "",
    "extended": "amber",
    "reopened": "amber",
}
ACTS: Final = {
    "login": "로그인",
    "login.refused": "로그인 실패",
    "logout": "로그아웃",
    "password.change": "비밀번호 변경",
    "tickets.list": "문의 목록 열람",
    "ticket.read": "문의 열람",
    "ticket.reply": "답변",
    "ticket.assign": "담당자 지정",
    "ticket.close": "문의 종결",
    "ticket.start": "처리 시작",
    "ticket.ask": "고객에게 질문",
    "ticket.tell": "경과 안내",
    "ticket.extend": "기한 연장",
    "ticket.delay": "지연 안내",
    "ticket.decide": "제안 검토 결과 안내",
    "ticket.remedy": "시정·보상 조치 안내",
    "ticket.book": "상담 예약",
    "ticket.note": "직원 메모",
    "ticket.transfer": "이관",
    "ticket.reclassify": "접수 유형 변경",
    "ticket.merge": "문의 병합",
    "ticket.suggest": "참고 답변 열람",
    "delivery.again": "답변 다시 보내기",
    "delivery.other": "답변을 다른 방법으로 안내",
    "file.add": "파일 첨부",
    "file.read": "파일 열람",
    "file.remove": "파일 삭제",
    "route.teach": "배정 교정",
    "ticket.open": "전화 메모 접수",
    "conversations.list": "대화 목록 열람",
    "conversation.read": "대화 열람",
    "conversation.file": "대화 파일 열람",
    "conversation.take_over": "대화 넘겨받기",
    "conversation.give_back": "대화 돌려주기",
    "conversation.say": "대화에서 말하기",
    "conversation.whisper": "귓속말",
    "search": "검색",
    "search.person": "사람으로 검색하여 열람",
    "verdict.read": "질문 열람",
    "verdict.judged": "질문 판정",
    "verdict.taken_back": "판정 되돌리기",
    "verdict.published": "표현 추가",
    "verdict.unpublished": "표현 빼기",
    "handoffs.read": "넘겨받은 질문 열람",
    "draft.begin": "FAQ 초안 쓰기",
    "draft.save": "FAQ 초안 저장",
    "draft.read": "FAQ 초안 열람",
    "draft.publish": "FAQ 항목 공개",
    "draft.discard": "FAQ 초안 버리기",
    "drafts.list": "FAQ 초안 목록 열람",
    "template.save": "답변 서식 저장",
    "template.remove": "답변 서식 삭제",
    "staff.add": "계정 만들기",
    "staff.role": "역할 변경",
    "staff.password": "일회용 비밀번호 발급",
    "staff.presence": "재석 상태 변경",
    "staff.deactivate": "계정 사용 중지",
    "staff.activate": "계정 다시 사용",
    "directory.import": "부서·직원 가져오기",
    "directory.export": "부서·직원 내려받기",
    "routing.read": "배정 규칙 열람",
    "routing.rule": "배정 규칙 추가",
    "routing.move": "배정 규칙 순서 변경",
    "routing.unrule": "배정 규칙 삭제",
    "routing.forget": "배운 배정 삭제",
    "calendar.open": "근무일로 조정",
    "calendar.close": "휴무일로 조정",
    "calendar.remove": "달력 조정 취소",
    "promise.excuse": "약속 불이행 사유 인정",
    "mail.again": "알림 메일 다시 보내기",
    "faq.reload": "색인 다시 만들기",
    "access.read": "접속 기록 열람",
    "access.download": "접속 기록 내려받기",
}
"""What the access log calls an act, and how it reads."""
_DECISIONS: Final = {
    "answer": "즉시 답변",
    "choices": "선택지 안내",
    "no_answer": "답을 찾지 못함",
    "handoff": "담당자 연결",
}


@dataclass(frozen=True)
class TimeLeft:
    """The working time that a promise leaves; `tone` is "", soon, late or quiet (nothing is owed)."""

    words: str
    tone: str


@dataclass(frozen=True)
class Mark:
    """A small label beside a ticket; `tone` is amber, red or blue."""

    words: str
    tone: str


def marks(waiting: bool, expected_on: date | None, escalated: int) -> tuple[Mark, ...]:
    """What else there is to know of a ticket at a glance."""
    found = [
        Mark("고객 답변 대기", "blue") if waiting else None,
        Mark(f"지연 안내 {day(expected_on)}", "amber") if expected_on else None,
        Mark(f"기한 {escalated}%", "red" if escalated >= _ALL else "amber") if escalated else None,
    ]
    return tuple(mark for mark in found if mark)


def time_left(promised_on: date, state: str, now: datetime, calendar: Calendar) -> TimeLeft:
    """How long until the promise is broken, or since when it is."""
    if state in states.DONE:
        return TimeLeft(states.label(state), "quiet")
    left = calendar.working_time(now, promise_end(promised_on))
    if now >= promise_end(promised_on):
        return TimeLeft(f"{_duration(-left)} 지남" if -left >= timedelta(minutes=1) else "기한 지남", "late")
    if left < timedelta(minutes=1):
        return TimeLeft("오늘 자정까지", "soon")
    return TimeLeft(f"{_duration(left)} 남음", "soon" if left <= _SOON else "")


def time_to(target: datetime, state: str, now: datetime, calendar: Calendar, hours: Hours) -> TimeLeft:
    """The working hours until a moment, or since it."""
    if state in states.DONE:
        return TimeLeft("", "quiet")
    left = calendar.working_time(now, target, hours)
    if now >= target:
        return TimeLeft(f"{_duration(-left)} 지남" if -left >= timedelta(minutes=1) else "지남", "late")
    return TimeLeft(f"{_duration(left)} 남음" if left >= timedelta(minutes=1) else "곧", "")


def _duration(working: timedelta) -> str:
    """Working days of eight hours, and the one finer unit that still matters."""
    days, rest = divmod(working, _WORKING_DAY)
    hours, minutes = divmod(int(rest.total_seconds()) // 60, 60)
    parts = [f"{days}일" if days else "", f"{hours}시간" if hours else ""]
    if not days:
        parts.append(f"{minutes}분" if minutes else "")
    return " ".join(part for part in parts if part)


def day(moment: date | datetime) -> str:
    """11월 25일(수)"""
    local = moment.astimezone(SEOUL).date() if isinstance(moment, datetime) else moment
    return korean_date(local)


def clock(moment: datetime) -> str:
    """14:05"""
    return f"{moment.astimezone(SEOUL):%H:%M}"


def dated(at: datetime) -> str:
    """2026. 11. 25. 14:05"""
    local = at.astimezone(SEOUL)
    return f"{local.year}. {local.month}. {local.day}. {local:%H:%M}"


def moment(at: datetime) -> str:
    """11월 25일(수) 14:05"""
    return f"{day(at)} {clock(at)}"


def local(at: datetime) -> str:
    """2026-11-25T14:05, as a field for a moment in Seoul holds it"""
    return f"{at.astimezone(SEOUL):%Y-%m-%dT%H:%M}"


def channel(name: str) -> str:
    """The channel as staff call it."""
    return _CHANNELS.get(name, name)


def waited(since: datetime, now: datetime) -> str:
    """12분째, 1시간 5분째"""
    hours, minutes = divmod(max(0, int((now - since).total_seconds())) // 60, 60)
    if not hours and not minutes:
        return "방금부터"
    return " ".join(filter(None, [f"{hours}시간" if hours else "", f"{minutes}분" if minutes else ""])) + "째"


def delivery_state(one: Stuck) -> tuple[str, str]:
    """Tone and words of what became of a letter."""
    if one.failed:
        return "red", "전달하지 못함"
    if one.state == WAITS:
        return "amber", "고객의 다음 말을 기다림"
    if one.state == OWED:
        return "amber", f"다시 보내는 중 ({one.tries}번 시도)"
    return "", "두 번 전달되었을 수 있음"


def other_way(route: str) -> str:
    """What the button says that sends a letter there."""
    return {"email": "전자우편으로 보내기", "sms": "문자메시지로 알리기"}[route]


def state_tag(state: str) -> Markup:
    """The state as a small label."""
    return Markup('<span class="tag {}">{}</span>').format(_TONES.get(state, "blue"), states.label(state))


def act(name: str) -> str:
    """What somebody did, as the access log shows it."""
    return ACTS.get(name, name)


def decision(name: str | None, question: str | None) -> str:
    """Why the bot said what it said: how the question was understood, and which entry answered it."""
    parts = [_DECISIONS.get(name, name) if name else "", f"“{question}”" if question else ""]
    return " · ".join(part for part in parts if part)
