"""A ticket whose citizen takes the consent back: what it holds of them is destroyed.

The consent was the only ground on which we kept it, and we know of no law that makes us keep a citizen's
matter against it; so nothing is set apart. What stays names nobody: the number, the kind, the dates and the
promises, which the charter's figures are counted from, and which version of the notice was agreed to when.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.privacy import Vault, VaultItem
from desk import kinds, steps, tickets
from desk.attachments import Attachments
from desk.models import Attachment, RouteLesson, Ticket


def forget(
    session: Session, vault: Vault, attachments: Attachments, ticket: Ticket, now: datetime
) -> None:  # fmt: skip
    """Withdraw the ticket where it is still open, and destroy everything in it that is the citizen's.

    Nobody could be answered any more; whoever is in charge is told of the withdrawal as of any other.
    """
    with suppress(Conflict):  # answered, closed, merged or withdrawn before
        steps.withdraw(session, vault, ticket, now)
    for event in tickets.history(session, ticket):
        if event.words:
            vault.forget(session, vault.cipher.decrypt(event.words))
            event.words = None
    _destroy_data(session, ticket)
    session.execute(delete(RouteLesson).where(RouteLesson.ticket_id == ticket.id))
    files = select(Attachment).where(Attachment.ticket_id == ticket.id)
    attachments.destroy(session, list(session.scalars(files)))


def _destroy_data(session: Session, ticket: Ticket) -> None:
    private = {field.name for kind in kinds.KINDS.values() for field in kind.fields if field.shape == "text"}
    told = [value for name, value in ticket.facts.items() if name in private]
    kept = [ticket.name_ref, ticket.phone_ref, ticket.email_ref, ticket.matter_ref, *told]
    session.execute(delete(VaultItem).where(VaultItem.id.in_([one for one in kept if one])))
    ticket.facts = {name: value for name, value in ticket.facts.items() if name not in private}
    ticket.phone_ref = ticket.email_ref = None
    ticket.name_fingerprint = ticket.phone_fingerprint = ticket.email_fingerprint = None
    session.flush()
