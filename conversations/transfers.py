"""What goes along when a vendor's own people take a conversation over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from conversations import citizens
from conversations.models import Conversation
from core.privacy import Vault, label, redact
from desk import directory


def card(session: Session, vault: Vault, conversation: Conversation) -> dict[str, str]:
    """The newest ticket's number, the department and the matter, as far as they are known.

    It leaves this house: what was written stands in it with words in the place of personal data.
    """
    newest = citizens.tickets_of(session, conversation.id)[:1]
    unit = directory.department(session, conversation.department_id) if conversation.department_id else None
    matter = vault.cipher.decrypt(conversation.question) if conversation.question else ""
    known = {
        "number": newest[0].number if newest else "",
        "department": unit.name if unit else "",
        "matter": redact(label(matter)),
    }
    return {name: value for name, value in known.items() if value}
