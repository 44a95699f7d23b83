"""The words of a reply: templates filled for a ticket, and the reply as the citizen will see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from channels.layout import bubbles
from channels.protocol import Reply
from conversations import citizens, replies
from core.errors import Invalid
from desk import reply_templates
from desk.directory import Contact
from desk.intake import without_resident_numbers
from desk.models import Attachment
from desk.wording import checked
from web.console.dependencies import Visit
from web.console.ticket_views import TicketPage, existing


@dataclass(frozen=True)
class Template:
    """A template as it reads for this ticket; what isn't known stands in it as its placeholder."""

    title: str
    text: str


@dataclass(frozen=True)
class Preview:
    """What the citizen will see: one text a bubble, signed apart or (`signed` None) in the text itself."""

    bubbles: list[str]
    signed: Contact | None
    files: list[str]
    problem: str
    length: int


def templates_for(visit: Visit, ticket: TicketPage) -> list[Template]:
    """The templates that fit the ticket's kind and department, filled as far as it is known."""
    with visit.parts.database.session() as session:
        row = existing(session, ticket.number)
        values = reply_templates.values(session, visit.parts.vault, row, visit.staff)
        return [
            Template(one.title, reply_templates.fill_known(one.body, values))
            for one in reply_templates.fitting(session, row)
        ]


def filled(visit: Visit, number: str, text: str) -> str:
    """The reply with its placeholders filled; `Invalid` names those that nobody can fill."""
    with visit.parts.database.session() as session:
        ticket = existing(session, number)
        values = reply_templates.values(session, visit.parts.vault, ticket, visit.staff)
    return reply_templates.fill(checked(text), values)


def preview(visit: Visit, number: str, text: str, attachments: list[str]) -> Preview:
    """The reply as it would go out now, or why it can't."""
    with visit.parts.database.session() as session:
        ticket = existing(session, number)
        talk = citizens.talk_of(session, ticket)
        channel = talk.channel if talk else ticket.channel
        kept = select(Attachment).where(Attachment.id.in_(attachments), Attachment.ticket_id == ticket.id)
        files = [_file(visit, one) for one in session.scalars(kept)]
    problem = ""
    try:
        told = filled(visit, number, text)
    except Invalid as error:
        told, problem = text.strip(), error.message if text.strip() else ""
    told, _ = without_resident_numbers(told)
    if (texts := _in_text(visit, channel, told, files)) is not None:
        return Preview(texts, None, [], problem, len(told))
    names = [str(file["name"]) for file in files]
    return Preview([told] if told else [], visit.contact, names, problem, len(told))


def _file(visit: Visit, kept: Attachment) -> dict[str, Any]:
    name = visit.parts.vault.cipher.decrypt(kept.name)
    return {"name": name, "size": kept.size, "href": visit.parts.links.file(kept.id)}


def _in_text(visit: Visit, name: str, text: str, files: list[dict[str, Any]]) -> list[str] | None:
    """The bubbles of a channel of plain text, signature and files in them; None where each has its place."""
    channel = visit.parts.channels.get(name)
    if not text or channel is None or channel.abilities.form:
        return None
    data = {"signed": replies.signature(visit.contact)} | ({"files": files} if files else {})
    spoken = [Reply(kind="staff", text=text, data=data)]
    return [bubble.text for bubble in bubbles(spoken, channel.abilities)]
