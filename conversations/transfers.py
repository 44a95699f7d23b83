"""A conversation that a vendor's own people take over: what goes along, and what becomes of it after."""

from __future__ import annotations

from sqlalchemy.orm import Session

from conversations import citizens, store
from conversations.hub import Hub, topic_of
from conversations.models import Conversation
from core.database import Database
from core.privacy import Vault, label, redact
from core.threads import in_thread
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


async def hand_back(database: Database, hub: Hub, channel: str, sender: str) -> None:
    """The vendor's people are done with the citizen: nobody of ours is waited for any more."""

    def work() -> None:
        with database.session() as session:
            if conversation := store.find_conversation(session, channel, sender):
                conversation.waiting_since = None

    await in_thread(work)
    hub.changed(topic_of(channel, sender))
