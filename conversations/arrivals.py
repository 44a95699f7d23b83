"""Messages of messengers between their acceptance and their handling: what was accepted is never lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from channels.protocol import Inbound
from conversations.models import Arrival
from core.privacy import Vault, VaultItem

MOST_TRIES: Final = 5
"""After so many more, what couldn't be handled is left to a person."""

_JSON = TypeAdapter(Inbound)


def note(session: Session, vault: Vault, inbound: Inbound, now: datetime) -> None:
    """Keep the message; a second delivery of it changes nothing."""
    if _find(session, inbound) is not None:
        return
    # Another process may note it at the same moment.
    with suppress(IntegrityError), session.begin_nested():
        reference = vault.put(session, "arrival", _JSON.dump_json(inbound).decode())
        session.add(
            Arrival(
                channel=inbound.channel, sender=inbound.sender, channel_message_id=inbound.message_id,
                body_ref=reference.id, at=now,
            )
        )  # fmt: skip


def handled(session: Session, vault: Vault, inbound: Inbound) -> None:
    """Whatever came of it is stored: nothing is left to be done."""
    if arrival := _find(session, inbound):
        _remove(session, arrival)


def tried_in_vain(session: Session, inbound: Inbound) -> bool:
    """Count one more try; whether there were enough of them."""
    arrival = _find(session, inbound)
    if arrival is None:
        return False
    arrival.tries += 1
    return arrival.tries > MOST_TRIES


def left(session: Session, vault: Vault, before: datetime | None = None) -> list[Inbound]:
    """What isn't handled yet (None: of any age), in the order of its acceptance."""
    query, found = select(Arrival).order_by(Arrival.id), []
    for arrival in session.scalars(query.where(Arrival.at < before) if before else query):
        if body := vault.get(session, arrival.body_ref):
            found.append(_JSON.validate_json(body))
        else:
            _remove(session, arrival)
    return found


def _find(session: Session, inbound: Inbound) -> Arrival | None:
    query = select(Arrival).where(
        Arrival.channel == inbound.channel,
        Arrival.sender == inbound.sender,
        Arrival.channel_message_id == inbound.message_id,
    )
    return session.scalar(query)


def _remove(session: Session, arrival: Arrival) -> None:
    if item := session.get(VaultItem, arrival.body_ref):
        session.delete(item)
    session.delete(arrival)
