"""`eungdae calibrate|explain`: when the FAQ answers at once, and why it did."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from conversations.records import Recorded, find_record
from core.privacy import Cipher
from core.secrets import load_secrets
from core.settings import load_settings
from faq.bound import Bound
from faq.labels import TAUGHT_ONE_IN
from faq.records import DecisionRecord
from faq.service import FaqService
from web.cli.opening import AsJson, opened_database, opened_faq

_OUTCOMES = {"faq": "즉시 답변", "choices": "고르게 함", "unknown": "담당자에게 넘김"}


def calibrate(as_json: AsJson = False) -> None:
    """즉시 답변의 기준을 판정된 질문들로 다시 배우고, 오답 비율의 보증을 보여 줍니다."""
    with opened_faq() as (faq, _):
        faq.rebuild()
        snapshot = faq.snapshot
    bound = snapshot.calibration.bound
    if as_json:
        more = {"taught": sum(label.teaches for label in snapshot.labels), "more_needed": more_needed(bound)}
        typer.echo(json.dumps({"version": snapshot.version, **asdict(bound), **more}))
        return
    typer.echo("\n".join(told(bound, snapshot.identity.outside_share)))


def told(bound: Bound, outside_share: float) -> list[str]:
    """What the judges found, for people."""
    promise = f"오답 {bound.alpha:.1%} 이하(신뢰수준 {bound.confidence:.0%})"
    lines = [f"배우는 데 쓰지 않은 판정된 질문 {bound.labelled:,}건으로 확인했습니다."]
    if bound.answered:
        found = f"즉시 답변 {bound.answered:,}건 중 오답 {bound.wrong:,}건(상한 {bound.upper:.2%})"
        mix = f"FAQ로 답하면 안 되는 질문이 {outside_share:.0%} 이하일 때 성립합니다."
        return [
            *lines,
            f"{found}: {promise}를 보증합니다.",
            f"기준값은 {bound.threshold:.4f}이고, {mix}",
        ]
    lines.append(f"{promise}를 보증할 수 없어, 아는 문장이 아니면 즉시 답하지 않고 고르게 합니다.")
    more = more_needed(bound)
    if more is None:
        return [
            *lines,
            "질문을 더 판정해도 이대로는 보증되지 않습니다. 비슷한 항목을 가르거나 허용 비율을 올리십시오.",
        ]
    return [*lines, f"판정된 질문이 약 {more:,}건 더 필요합니다."]


def more_needed(bound: Bound) -> int | None:
    """Labels still to be written; some of them will teach."""
    if bound.missing is None:
        return None
    return -(-bound.missing * TAUGHT_ONE_IN // (TAUGHT_ONE_IN - 1))


def explain(
    record: Annotated[str, typer.Argument(help="결정 기록의 번호(대화 화면에 보입니다)")],
    as_json: AsJson = False,
) -> None:
    """결정이 어떻게 내려졌는지 보이고, 같은 결과가 나오는지 다시 해 봅니다."""
    cipher = Cipher(load_secrets(load_settings().data_dir).data_key)
    with opened_database() as database, database.session() as session:
        recorded = find_record(session, cipher, record)
    with opened_faq() as (faq, _):
        explanation = _explained(faq, recorded)
    typer.echo(
        json.dumps(explanation, ensure_ascii=False)
        if as_json
        else "\n".join(_lines(recorded, explanation, faq.version))
    )
    if not explanation["same"]:
        raise typer.Exit(1)


def _explained(faq: FaqService, recorded: Recorded) -> dict[str, Any]:
    decision = recorded.decision
    again = faq.replay(recorded.question, decision.on, decision.index)
    replayed = DecisionRecord.from_json(again.record) if again else None
    derived = decision.derived()
    same = derived == decision.outcome and (replayed is None or replayed.same_decision(decision))
    return {
        "record": recorded.id,
        **decision.to_json(),
        "derived": derived,
        "replayed": replayed.outcome if replayed else None,
        "same": same,
    }


def _lines(recorded: Recorded, explanation: dict[str, Any], serving: str) -> list[str]:
    decision, outcome = recorded.decision, explanation["outcome"]
    limits, tied = decision.thresholds, decision.hashes
    replayed = (
        f"그때의 색인에 다시 물음: {_OUTCOMES.get(explanation['replayed'], explanation['replayed'])}"
        if explanation["replayed"]
        else f"그때의 색인은 남아 있지 않아(지금은 {serving}) 기록된 수치로만 다시 판단했습니다."
    )
    promise = f"오답 {float(tied['alpha']):.1%} 이하, 신뢰수준 {float(tied['confidence']):.0%}"
    names = {"모델": tied["model"], "조정": tied["adapter"], "자료": tied["corpus"], "판정": tied["labels"]}
    hashes = ", ".join(f"{name} {value or '없음'}" for name, value in names.items())
    return [
        f"결정 기록 {recorded.id} ({decision.day})",
        f"색인 {decision.index}: {hashes}",
        f"기준값: 즉시 답변 {limits.answer:.4f}, 고르기 {limits.choices:.4f} ({promise})",
        *(f"  {rated.confidence:.4f}  {rated.faq_id}" for rated in decision.candidates),
        f"결과: {_OUTCOMES.get(outcome, outcome)}{' · 아는 문장' if decision.exact else ''}",
        f"기록된 수치로 다시 판단: {_OUTCOMES.get(explanation['derived'], explanation['derived'])}",
        replayed,
        "같은 결과입니다." if explanation["same"] else "다른 결과입니다.",
    ]
