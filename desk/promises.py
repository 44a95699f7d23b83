"""What an event of a ticket means for the ledger: a promise given, kept or broken."""

from __future__ import annotations

from sqlalchemy.orm import Session

from desk.models import Ticket, TicketEvent


def note(session: Session, ticket: Ticket, event: TicketEvent) -> None:
    """Write into the ledger what follows from the event; the row of the ticket has followed it already."""
