"""The conditions of a search in SQL: words on either database, people by keyed hash, and the filters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from conversations.models import Conversation
from conversations.search_query import Groups, Query, Word
from conversations.search_tables import SearchDocument
from core.clock import SEOUL
from core.privacy import Cipher
from desk import numbers, states
from desk.contact_details import parse_email, parse_phone
from desk.models import Ticket

Asked = TypeVarTuple("Asked")
_FEW = 3000
_MOST_OF_ONE = 500
"""Tickets of one person that are looked through."""


def people(session: Session, cipher: Cipher, groups: Groups) -> dict[Word, list[str]]:
    """The ids of the tickets whose number, or whose citizen's name, telephone or e-mail, a word is."""
    found = {}
    for word in {word for group in groups for word in group}:
        if ids := _tickets_of(session, cipher, word.text):
            found[word] = ids
    return found


def of_name(session: Session, cipher: Cipher, typed: str) -> list[str]:
    """The ids of the tickets of whoever has this whole name, whatever blanks it was typed with."""
    return _ids(session, Ticket.name_fingerprint == cipher.fingerprint("".join(typed.split())))


def _tickets_of(session: Session, cipher: Cipher, word: str) -> list[str]:
    conditions = [Ticket.name_fingerprint == cipher.fingerprint(word)]
    if phone := parse_phone(word):
        conditions.append(Ticket.phone_fingerprint == cipher.fingerprint(phone))
    if email := parse_email(word):
        conditions.append(Ticket.email_fingerprint == cipher.fingerprint(email.casefold()))
    if number := numbers.normalise(word):
        conditions.append(Ticket.number == number)
    # One query each: an OR over several columns would use none of their indexes.
    return list(dict.fromkeys(id_ for condition in conditions for id_ in _ids(session, condition)))


def _ids(session: Session, condition: ColumnElement[bool]) -> list[str]:
    newest = select(Ticket.id).where(condition).order_by(Ticket.received_at.desc()).limit(_MOST_OF_ONE)
    return list(session.scalars(newest))


def holds(session: Session, groups: Groups, known: dict[Word, list[str]]) -> ColumnElement[bool] | None:
    """A document has a word of every group, or belongs to a ticket of whom the word names.

    A word without content that names nobody is passed over; None when no other is left.
    """
    named = [group for group in groups if any(word in known for word in group)]
    asked = [(group, tuple(word for word in group if word.asks)) for group in groups]
    plain = [words for group, words in asked if words and group not in named]
    conditions = [_match(session, plain)] if plain else []
    for group, words in asked:
        if group in named:
            ids = [id_ for word in group for id_ in known.get(word, [])]
            of_person = SearchDocument.ticket_id.in_(ids)
            conditions.append(or_(_match(session, [words]), of_person) if words else of_person)
    return and_(*conditions) if conditions else None


def _match(session: Session, groups: Sequence[tuple[Word, ...]]) -> ColumnElement[bool]:
    if session.get_bind().dialect.name == "postgresql":
        sought = _expression(groups, " & ", " | ", "'{}'", "'{}':*")
        words: ColumnElement[str] = literal_column("search_documents.search_words")
        return words.bool_op("@@")(func.to_tsquery(literal_column("'simple'"), sought))
    sought = _expression(groups, " AND ", " OR ", '"{}"', '"{}"*')
    rows = text("SELECT rowid FROM search_words WHERE search_words MATCH :sought").bindparams(
        bindparam("sought", sought, unique=True)
    )
    return SearchDocument.id.in_(rows.columns(SearchDocument.id).scalar_subquery())


def _expression(groups: Sequence[tuple[Word, ...]], all_: str, any_: str, one: str, begins: str) -> str:
    """The words in the language of a database; tokens are letters and digits, so nothing is to be escaped."""

    def of_word(word: Word) -> str:
        ways = [all_.join(one.format(token) for token in word.tokens)] if word.tokens else []
        ways += [begins.format(word.prefix)] if word.prefix else []
        ways += [one.format(word.mark)] if word.mark else []
        return any_.join(f"({way})" for way in ways)

    return all_.join(f"({any_.join(map(of_word, group))})" for group in groups)


def among(session: Session, column: InstrumentedAttribute[Any], ids: Sequence[Any]) -> ColumnElement[bool]:
    """The column is one of many ids: as one array where the database has such, not as a thousand values."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(list(ids), ARRAY(column.type)))
    return column.in_(ids)


def narrowed(session: Session, found: Select[*Asked], query: Query) -> Select[*Asked]:
    """The documents that pass the filters. A message counts as its ticket's."""
    if query.since:
        found = found.where(SearchDocument.at >= _begin(query.since))
    if query.until:
        found = found.where(SearchDocument.at < _begin(query.until + timedelta(days=1)))
    ticket_filters = {
        Ticket.department_id: query.department_id,
        Ticket.staff_id: query.staff_id,
        Ticket.kind: query.kind,
        Ticket.state: query.state,
    }
    wanted = [column == value for column, value in ticket_filters.items() if value]
    few = _few(session, wanted) if query.staff_id or query.state in states.OPEN else None
    if few is not None:
        found = found.where(among(session, SearchDocument.ticket_id, few))
    elif wanted:
        found = found.join(Ticket, Ticket.id == SearchDocument.ticket_id).where(*wanted)
    if query.channel and (few is not None or not wanted):
        found = found.outerjoin(Ticket, Ticket.id == SearchDocument.ticket_id)
    if query.channel:
        found = found.outerjoin(Conversation, Conversation.id == SearchDocument.conversation_id)
        found = found.where(func.coalesce(Ticket.channel, Conversation.channel) == query.channel)
    return found


def _few(session: Session, wanted: list[ColumnElement[bool]]) -> list[str] | None:
    """The tickets that pass, when they are few; an index finds these.

    The database thinks too well of looking through the newest documents for a common word of a rare ticket.
    """
    ids = list(session.scalars(select(Ticket.id).where(*wanted).limit(_FEW + 1)))
    return ids if len(ids) <= _FEW else None


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), SEOUL)
