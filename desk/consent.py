"""The notice that a citizen agrees to before leaving personal data; every version is kept for good."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Invalid


@dataclass(frozen=True)
class ConsentNotice:
    """What is shown before consent, in Korean."""

    version: str
    purpose: str
    items: str
    retention: str
    refusal: str


# Add a version at the end; never change one that was shown.
_NOTICES = (
    ConsentNotice(
        version="2026-11-01",
        purpose="문의 내용을 확인하고 담당자가 답변을 드리기 위해 수집·이용합니다.",
        items="성명, 연락처(전화번호 또는 전자우편 주소), 문의 내용",
        retention="답변이 끝난 날부터 1년 동안 보관하고, 기간이 지나면 지체 없이 파기합니다.",
        refusal="동의하지 않으실 수 있습니다. 다만 동의하지 않으시면 담당자가 회신을 드릴 수 없으므로 "
        "대표전화를 이용해 주시기 바랍니다.",
    ),
)

# Of a letter nothing is asked: whoever writes has asked for an answer, and is told what is kept for it.
# Add a version at the end here too.
_OF_LETTERS = (
    ConsentNotice(
        version="2026-11-23-letter",
        purpose="보내 주신 문의를 처리하고 답변을 드리기 위해(「개인정보 보호법」 제15조제1항제4호)",
        items="보내신 분의 이름(메일에 표시된 경우)과 전자우편 주소, 문의 내용과 첨부 파일",
        retention="답변이 끝난 날부터 1년 동안 보관하고, 기간이 지나면 지체 없이 파기합니다.",
        refusal="이 메일에 회신하여 알려 주시면 담당자가 접수를 취하해 드립니다. "
        "다만 그 뒤에는 답변을 드릴 수 없습니다.",
    ),
)


def current_notice() -> ConsentNotice:
    """The notice to show now."""
    return _NOTICES[-1]


def letter_notice() -> ConsentNotice:
    """What whoever writes a letter is told now, with the confirmation."""
    return _OF_LETTERS[-1]


def notice(version: str) -> ConsentNotice:
    """The notice of that version, as it was shown; raises `Invalid` for a version that never was."""
    for kept in _NOTICES + _OF_LETTERS:
        if kept.version == version:
            return kept
    raise Invalid("개인정보 수집·이용 동의를 확인해 주십시오.", consent_version="동의가 필요합니다.")
