"""What is said to a meaning. Rasa's actions speak through it, and so does the way without Rasa."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from channels.protocol import Button, Reply
from conversations import replies
from conversations.contacts import Contacts
from desk.consent import current_notice
from faq.service import FaqService

_MOST_DEPARTMENTS = 2
_MOST_PEOPLE = 5


class Speech:
    """Replies made of the FAQ and the directory."""

    def __init__(self, faq: FaqService, contacts: Contacts, phone: str) -> None:
        """`phone` is the foundation's main number."""
        self._faq = faq
        self._contacts = contacts
        self.phone = phone

    def answer(self, faq_id: str, kind: str = "inquiry") -> list[Reply]:
        """The answer with its owner and "did it help?"; an offer when the entry is gone meanwhile."""
        entry = self._faq.entry(faq_id)
        if entry is None:
            return [replies.offer("unknown", kind)]
        owner = self._contacts.department(entry.department)
        return replies.answer(entry, owner and {"name": owner["name"], "phone": owner["phone"]}, kind)

    def form(self, matter: str | None, kind: str, known: Mapping[str, str]) -> Reply:
        """The ticket's form with the notice of consent, filled in with what is known."""
        return replies.form(current_notice(), matter, kind, known)

    def staff(self, department_ids: Sequence[str]) -> Reply:
        """Departments with telephone, duties and place; all of them as buttons when none is asked for.

        Of the first one the people too, where the setting shows their names.
        """
        found = [self._contacts.department(department_id) for department_id in department_ids]
        units = [unit for unit in found if unit][:_MOST_DEPARTMENTS]
        if not units:
            buttons = [
                Button(label=unit["name"], payload=f"department:{unit['id']}")
                for unit in self._contacts.departments().values()
            ]
            words = "어떤 업무의 담당자를 찾으시나요? 업무를 적어 주시거나 부서를 골라 주십시오."
            return Reply(kind="choices", text=words, buttons=buttons)
        people = self._contacts.people(units[0]["id"])
        return Reply(kind="text", text=_directions(units, people), data={"departments": units})


def _directions(units: Sequence[dict[str, str]], people: Sequence[dict[str, str]]) -> str:
    """Department first, then its telephone; who works there comes last."""
    told = [
        f"{unit['name']} {unit['phone']}\n담당 업무: {unit['duties']}\n위치: {unit['place']}"
        for unit in units
    ]
    if people:
        told[0] += "".join(f"\n{_person(person)}" for person in people[:_MOST_PEOPLE])
    return "\n\n".join(told)


def _person(person: dict[str, str]) -> str:
    who = f"담당자: {person['name']} {person['title']}".strip()
    return f"{who} {person['phone']}" + (f" ({person['duties']})" if person["duties"] else "")
