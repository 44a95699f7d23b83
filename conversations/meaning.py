"""What one message means: which button was pressed, or what the typed words say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.protocol import Inbound
from conversations.asking_who import asks_who
from conversations.ways import WISHES
from desk import numbers
from desk.kinds import KINDS
from faq.decision import Answer, Choices, Decision, NoAnswer
from faq.understanding import Understanding

QUESTIONS = {"faq", "choices", "unknown"}
"""The intents of a real question, whose text may become a ticket's matter."""

_BUTTONS = {
    "affirm", "deny", "greet", "handoff", "open_ticket", "stop", "find_staff", "check_ticket", "change_kind",
    "notify",
}  # fmt: skip
ABOUT_TICKET = {"add", "objection", "withdraw"}
"""What a citizen can do with an own ticket: the intent of a button that names one."""
_NAMES_TICKET = ABOUT_TICKET | {"join"}
_LEAVES_FREE_TEXT = {"stop", "handoff"}
_CLEAR_LEAD = 1.0
"""Standard deviations between the best department's score and the next one's."""

_LONGEST_WISH = 12
"""Characters: "취소할게요" leaves a form, "신청한 교육을 취소하고 싶습니다" is the matter itself."""

_TAKES_ANY_TEXT = {"ticket_number", "words"}
"""Fields whose text is masked like any other message, but is an answer whatever it means."""

FREE_TEXT = {"contact_name": "name", "matter": "matter", "contact": "contact", "ticket_phone": "contact"}
"""Fields whose whole text goes to the vault, and what it is there."""


def candidate_ids(decision: Decision) -> list[str]:
    """The entries that the decision names, the best first."""
    if isinstance(decision, Answer):
        return [decision.faq_id]
    return [c.faq_id for c in decision.candidates] if isinstance(decision, Choices) else []


@dataclass(frozen=True)
class Meaning:
    """One message, understood."""

    intent: str
    confidence: float
    decision: Decision
    departments: Sequence[str] = ()
    responsible: str | None = None
    """The department whose business it clearly is, when one stands out."""
    pressed: bool = False
    nothing_fits: bool = False
    """None of what was offered was wanted: of the choices, or of the own tickets."""
    entity: tuple[str, str] | None = None
    """Which ticket, kind or slot was meant: its name in Rasa's domain, and the value."""
    kind: str = "inquiry"
    """What a question in the citizen's own words surely is (`desk.kinds`): a complaint is no inquiry."""
    record: dict[str, Any] = field(default_factory=dict)
    """How the FAQ decided, see `faq.records`."""

    @property
    def is_question(self) -> bool:
        """Whether the citizen asked something in their own words."""
        return self.intent in QUESTIONS and not self.pressed

    @property
    def asks_for_person(self) -> bool:
        """Whether the citizen wants to talk with a person now."""
        return self.intent == "handoff" and not self.nothing_fits

    @property
    def reason(self) -> str:
        """Why a ticket is offered, as `conversations.replies` words it."""
        return "none_of_these" if self.nothing_fits else self.intent

    def for_rasa(self) -> dict[str, Any]:
        """The understanding as `bot/components` takes it over, and the decision as the actions read it."""
        decision = self.decision
        faq_id = decision.faq_id if isinstance(decision, Answer) else None
        candidates = decision.candidates if isinstance(decision, Choices) else ()
        entities = [{"entity": self.entity[0], "value": self.entity[1]}] if self.entity else []
        intent = {"name": self.intent, "confidence": self.confidence}
        return {
            "understanding": {"intent": intent, "entities": entities},
            "faq": {
                "faq_id": faq_id,
                "candidates": [{"faq_id": c.faq_id, "question": c.question} for c in candidates],
            },
            "reason": self.reason,
            "kind": self.kind,
            "departments": [self.responsible] if self.responsible else list(self.departments),
        }


TELLS_CODE = Meaning("tell_code", 1.0, NoAnswer(), pressed=True)
"""The six digits that prove whose conversation it is (`conversations.doors`)."""


SENT_FILES = Meaning("files", 1.0, NoAnswer(), pressed=True)
"""Files without a word: they ask nothing, and answer no form (`conversations.citizens_files`)."""
_NO_WORDS = re.compile(r"\(\S+[을를] 보냈습니다\)")


def files_alone(inbound: Inbound) -> bool:
    """Whether the text is only what the channel puts in the place of one; a letter is always a letter."""
    return bool(inbound.files) and not inbound.address and bool(_NO_WORDS.fullmatch(inbound.text.strip()))


_TYPED_NUMBER = re.compile(r"(\d{1,9})(?:\s*번(?:이?요|으로)?|[.)])?[.!~]*")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"


def pressed_payload(inbound: Inbound, buttons: Sequence[dict[str, str]]) -> str | None:
    """The payload of the button that was pressed.

    Where a channel has no buttons, its label or its number is typed; only what is offered now can be typed.
    """
    if inbound.payload:
        return inbound.payload
    typed = inbound.text.strip()
    if (number := _TYPED_NUMBER.fullmatch(typed)) and 1 <= int(number[1]) <= len(buttons):
        return buttons[int(number[1]) - 1]["payload"]
    if len(typed) == 1 and typed in _CIRCLED[: len(buttons)]:
        return buttons[_CIRCLED.index(typed)]["payload"]
    return next((button["payload"] for button in buttons if button["label"] == typed), None)


def meaning_of_button(payload: str) -> Meaning | None:
    """What pressing it means; None for a payload that no button of ours has."""
    name, _, value = payload.partition(":")
    if name == "faq" and value:
        return Meaning("faq", 1.0, Answer(value, 1.0), pressed=True)
    if name == "department" and value:
        return Meaning("find_staff", 1.0, NoAnswer(), (value,), pressed=True)
    if payload == "none_of_these":
        return Meaning("handoff", 1.0, NoAnswer(), pressed=True, nothing_fits=True)
    if payload == "check_other":
        return Meaning("check_ticket", 1.0, NoAnswer(), pressed=True, nothing_fits=True)
    if entity := _entity_of(name, value):
        return Meaning(name, 1.0, NoAnswer(), pressed=True, entity=entity)
    return Meaning(payload, 1.0, NoAnswer(), pressed=True) if payload in _BUTTONS else None


def _entity_of(name: str, value: str) -> tuple[str, str] | None:
    """What a button with a value is about; None where no such value exists."""
    if name in _NAMES_TICKET and (number := numbers.normalise(value)):
        return "ticket", number
    if name == "kind" and value in KINDS:
        return "kind", value
    if name == "notify" and value in WISHES:
        return "wish", value
    return ("slot", value) if name == "slot" and value else None


def meaning_of_text(text: str, understanding: Understanding, awaiting_slot: str | None) -> Meaning:
    """What typed words mean; while a form waits for free text only a plain wish to leave it counts."""
    if text.strip().isdecimal() and awaiting_slot is None:
        return Meaning("unknown", 1.0, NoAnswer())  # a number that no button has asks nothing
    free_text = awaiting_slot in FREE_TEXT or awaiting_slot in _TAKES_ANY_TEXT
    leaves = understanding.intent in _LEAVES_FREE_TEXT and len(text) <= _LONGEST_WISH
    if free_text and not leaves:
        return Meaning("unknown", 1.0, NoAnswer())
    if asks_who(text, understanding):
        understanding = Understanding("find_staff", 1.0, departments=understanding.departments)
    return Meaning(
        understanding.intent,
        understanding.confidence,
        understanding.decision,
        [department for department, _score in understanding.departments],
        _standing_out(understanding.departments),
        record=understanding.record,
    )


def _standing_out(ranked: Sequence[tuple[str, float]]) -> str | None:
    """The first, when the second is far behind: a vague wish fits all duties alike."""
    scores = [score for _department, score in ranked[:2]]
    clear = len(scores) == 1 or (len(scores) == 2 and scores[0] - scores[1] >= _CLEAR_LEAD)
    return ranked[0][0] if clear else None
