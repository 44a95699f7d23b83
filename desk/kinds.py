"""The kinds of tickets: what each one asks for besides name, contact and matter, and what it promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from core.errors import Invalid


@dataclass(frozen=True)
class Field:
    """Something that a kind asks for.

    `shape` is text (free words: kept in the vault), date (ISO 8601, a day) or slot (ISO 8601, a moment with
    its offset, as `desk.slots.free` offers it).
    """

    name: str
    label: str
    hint: str
    shape: Literal["text", "date", "slot"] = "text"
    required: bool = False


@dataclass(frozen=True)
class Kind:
    """`promise` is told to the citizen with the confirmation, `hint` stands over the form."""

    id: str
    label: str
    promise: str
    hint: str
    fields: tuple[Field, ...] = ()
    phone: bool = False
    """Whether a telephone number must be left."""


_KINDS: Final = (
    Kind(
        "inquiry",
        "문의",
        "담당자가 내용을 확인하여 답변드리겠습니다.",
        "궁금하신 내용을 적어 주시면 담당자가 답변드립니다.",
    ),
    Kind(
        "complaint",
        "불만·불친절",
        "담당자가 경위를 확인하여 시정 경과를 직접 알려 드리겠습니다.",
        "겪으신 불편을 적어 주시면 담당자가 확인하고 시정 경과를 직접 알려 드립니다.",
        (Field("occasion", "언제, 어디에서 있었던 일인지", "예: 11월 20일 오후, 민원실"),),
    ),
    Kind(
        "praise",
        "칭찬",
        "따뜻한 말씀을 해당 직원과 부서에 전하겠습니다.",
        "도움이 되었던 직원이나 서비스를 알려 주시면 해당 부서에 전합니다.",
        (Field("whom", "칭찬하실 직원이나 부서", "성함을 모르시면 부서나 맡은 일만 적으셔도 됩니다."),),
    ),
    Kind(
        "suggestion",
        "제안",
        "제안을 검토하여 반영 여부와 그 이유를 알려 드리겠습니다.",
        "더 나은 서비스를 위한 생각을 적어 주시면 검토 결과와 이유를 알려 드립니다.",
        (Field("effect", "기대하시는 효과", "반영되면 무엇이 나아지는지 적어 주십시오."),),
    ),
    Kind(
        "claim",
        "피해 보상 청구",
        "피해 내용을 확인하여 시정 또는 보상 조치를 알려 드리겠습니다.",
        "잘못된 서비스로 입으신 피해를 적어 주시면 확인하여 조치를 알려 드립니다.",
        (
            Field("occurred_on", "피해를 입으신 날", "예: 2026-11-20", "date"),
            Field("damage", "피해 내용과 정도", "예: 신청 누락으로 교육비 5만 원을 다시 냈습니다."),
            Field("wanted", "바라시는 조치", "예: 환불, 재발급"),
        ),
    ),
    Kind(
        "reservation",
        "상담 예약",
        "예약하신 시간에 맞추어 준비하고 기다리겠습니다.",
        "상담을 원하시는 시간을 고르시면 담당 부서가 준비하고 기다립니다.",
        (Field("slot", "상담 시간", "비어 있는 시간 가운데에서 골라 주십시오.", "slot"),),
    ),
    Kind(
        "callback",
        "전화 회신 요청",
        "담당자가 남겨 주신 번호로 전화드리겠습니다.",
        "성함과 전화번호, 용건을 남겨 주시면 담당자가 전화드립니다.",
        (Field("best_time", "통화하기 좋은 시간", "예: 평일 오후 2시 이후"),),
        phone=True,
    ),
)

KINDS: Final[dict[str, Kind]] = {kind.id: kind for kind in _KINDS}


def kind(kind_id: str) -> Kind:
    """The kind under that id; raises `Invalid` for another one."""
    if found := KINDS.get(kind_id):
        return found
    raise Invalid("접수 유형을 다시 골라 주십시오.", kind="목록에 있는 유형이어야 합니다.")


def label(kind_id: str) -> str:
    """The kind in the citizen's words."""
    return KINDS[kind_id].label if kind_id in KINDS else kind_id
