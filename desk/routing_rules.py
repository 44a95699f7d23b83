"""Rules of routing: what holds a word, or is of a kind, goes to a department, whatever it means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, NotFound
from desk.models import Department, RoutingRule

_BLANKS: Final = re.compile(r"\s+")
_MOST_WORDS: Final = 50
_LONGEST_WORD: Final = 50


def all_of(session: Session) -> list[RoutingRule]:
    """All rules in their order: the first that fits counts."""
    return list(session.scalars(select(RoutingRule).order_by(RoutingRule.position, RoutingRule.id)))


def fitting(rules: Sequence[RoutingRule], matter: str, kind: str) -> RoutingRule | None:
    """The first rule whose kind (if it names one) and any of whose words (if it has any) fit."""
    said = _bare(matter)
    for rule in rules:
        of_kind = rule.kind is None or rule.kind == kind
        if of_kind and (not rule.words or any(_bare(word) in said for word in rule.words)):
            return rule
    return None


def add(session: Session, words: Sequence[str], kind: str | None, department_id: str) -> RoutingRule:
    """A new rule behind all others.

    `Invalid` without words and kind (it would take everything), for too many or too long words, or for an
    unknown or closed department; `Conflict` for a rule that is there already.
    """
    kept = list(dict.fromkeys(word.strip() for word in words if _bare(word)))
    if not kept and not kind:
        raise Invalid("단어나 문의 종류 중 하나는 정해 주십시오. 둘 다 비우면 모든 문의가 해당됩니다.")
    if len(kept) > _MOST_WORDS or any(len(word) > _LONGEST_WORD for word in kept):
        raise Invalid(f"단어는 {_MOST_WORDS}개까지, 각각 {_LONGEST_WORD}자까지 적을 수 있습니다.")
    unit = session.get(Department, department_id)
    if unit is None or not unit.active:
        raise Invalid("등록되지 않았거나 쓰지 않는 부서입니다.", department="부서를 골라 주십시오.")
    for rule in all_of(session):
        same_words = {_bare(word) for word in rule.words} == {_bare(word) for word in kept}
        if same_words and (rule.kind or None) == (kind or None) and rule.department_id == department_id:
            raise Conflict("같은 규칙이 이미 있습니다.")
    last = session.scalar(select(func.max(RoutingRule.position)))
    rule = RoutingRule(
        words=kept, kind=kind, department_id=department_id, position=0 if last is None else last + 1
    )
    session.add(rule)
    session.flush()
    return rule


def remove(session: Session, rule_id: str) -> None:
    """Take a rule away; raises `NotFound`."""
    session.delete(_existing(session, rule_id))
    session.flush()


def move(session: Session, rule_id: str, up: bool) -> None:
    """Let a rule count one place earlier or later; at the end it stays. Raises `NotFound`."""
    rules = all_of(session)
    at = rules.index(_existing(session, rule_id))
    to = at - 1 if up else at + 1
    if 0 <= to < len(rules):
        rules[at], rules[to] = rules[to], rules[at]
    for position, rule in enumerate(rules):
        rule.position = position
    session.flush()


def _existing(session: Session, rule_id: str) -> RoutingRule:
    rule = session.get(RoutingRule, rule_id)
    if rule is None:
        raise NotFound("그 규칙은 이미 없습니다.")
    return rule


def _bare(text: str) -> str:
    """Without blanks, case and width: "보도 자료" is "보도자료"."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).casefold()
