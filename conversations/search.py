"""The console's search over tickets and conversations: by words, by meaning, and by who it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from conversations import past_replies, search_words
from conversations.meanings import SHORTLIST, Ids, Meanings, unpacked
from conversations.models import Conversation
from conversations.past_replies import PastReply
from conversations.search_index import SearchIndex
from conversations.search_marks import marked
from conversations.search_query import Query, parse
from conversations.search_tables import MATTER, SearchDocument, SearchVector
from conversations.search_texts import Snippet, Texts, snippet
from core.database import Database
from core.errors import Invalid, NotFound
from core.privacy import Vault, redact
from desk import tickets
from desk.models import Ticket
from embeddings.protocols import Encoder

__all__ = ["Found", "Hit", "PastReply", "Query", "Search", "check"]

_FRESH = 32
"""What is filled in before a search: enough for what was written in the last seconds."""
_PATIENCE = 2.0
"""Seconds that a search waits for the round that fills in, so that what it holds is found too."""
_NEAREST = 60
"""By meaning everything is more or less near: what comes after these is not."""
_FLOOR = 0.7
"""Of the best hit's cosine; what is below it means something else (docs/search.md tells how it was found)."""


@dataclass(frozen=True)
class Hit:
    """A ticket's matter, or one thing written; `number` is that of the ticket it belongs to.

    What was said before the conversation's first ticket names none: only the conversation is shown.
    """

    author: str
    """citizen, staff, or for staff alone: whisper or note."""
    snippet: Snippet
    """Masked."""
    at: datetime
    channel: str
    conversation_id: str | None
    number: str | None
    kind: str | None
    state: str | None
    department: str | None
    person: str | None
    is_matter: bool


@dataclass(frozen=True)
class Found:
    """A page of hits; whether `more` come; `by_person`: a word was a name, a contact or a ticket number."""

    hits: list[Hit]
    more: bool
    by_person: bool = False


@dataclass(frozen=True)
class _Page:
    documents: list[SearchDocument]
    words: tuple[str, ...] = ()
    by_person: bool = False


class Search:
    """Every method opens its own transactions; not to be called inside one."""

    def __init__(
        self, database: Database, vault: Vault, encoder: Encoder, shortlist: int = SHORTLIST
    ) -> None:
        """`shortlist`: so many are compared in full when it is searched by meaning."""
        self._database = database
        self._vault = vault
        self._encoder = encoder
        self._index = SearchIndex(database, vault, encoder)
        self._meanings = Meanings(encoder.dimension, shortlist)

    def find(self, query: Query, limit: int = 20, offset: int = 0) -> Found:
        """The newest first, or (by meaning) the nearest; `Invalid` for a query that asks for nothing.

        A search without a word lists the matters that pass its filters.
        """
        check(query)
        self._index.catch_up(_FRESH, patience=_PATIENCE)
        by_meaning = query.mode == "meaning" and query.text.strip()
        vector = self._encoder.encode_queries([redact(query.text)])[0] if by_meaning else None
        with self._database.session() as session:
            if vector is None:
                page = self._worded(session, query, limit + 1, offset)
            else:
                page = self._meant(session, query, vector, limit + 1, offset)
            hits = self._hits(session, page.documents[:limit], page.words)
            return Found(hits, len(page.documents) > limit, page.by_person)

    def catch_up(self, most: int = 500) -> int:
        """Make what was written since findable, the newest first; returns how much of it that was."""
        done = self._index.catch_up(most)
        with self._database.session() as session:
            self._meanings.refresh(session)
        return done

    def similar_replies(self, number: str, limit: int = 3) -> list[PastReply]:
        """How matters like that of the ticket `number` were answered, the most similar first."""
        self._index.catch_up(_FRESH, patience=_PATIENCE)
        with self._database.session() as session:
            ticket = tickets.find(session, number)
            if ticket is None:
                raise NotFound("접수번호를 찾을 수 없습니다.")
            ticket_id, matter = ticket.id, Texts(session, self._vault).matter(ticket)
        if not matter:  # its time is over
            return []
        vector = self._encoder.encode_queries([matter])[0]
        with self._database.session() as session:
            near = _documents(session, self._nearest(session, vector, Query(), matters=True))
            return past_replies.replies(session, self._vault, near, ticket_id, limit)

    def _nearest(
        self, session: Session, vector: NDArray[np.float32], query: Query, matters: bool = False
    ) -> list[tuple[float, int]]:
        """Cosines and ids of the documents that mean most nearly the same; only tickets' `matters`."""
        self._meanings.refresh(session)
        near = self._meanings.shortlist(vector, matters=matters)
        found = self._ranked(session, vector, near, query)
        # Where the filters leave few of the nearest, few pass at all: these are compared instead.
        if len(near) >= self._meanings.most and len(found) < _NEAREST:
            passing = session.scalars(search_words.narrowed(session, select(SearchDocument.id), query))
            among = np.array(passing.all(), np.int64)
            near = self._meanings.shortlist(vector, among=among, matters=matters)
            found = self._ranked(session, vector, near, query)
        return found[:_NEAREST]

    def _worded(self, session: Session, query: Query, limit: int, offset: int) -> _Page:
        condition, words, by_person = self._condition(session, query.text)
        found = search_words.narrowed(session, select(SearchDocument).where(condition), query)
        newest = found.order_by(SearchDocument.at.desc(), SearchDocument.id.desc())
        documents = session.scalars(newest.limit(limit).offset(offset))
        return _Page(list(documents), words, by_person)

    def _condition(self, session: Session, text: str) -> tuple[ColumnElement[bool], tuple[str, ...], bool]:
        """What the words ask for, the words to be shown, and whether one of them names a person."""
        if not text.strip():
            return SearchDocument.subject.startswith(MATTER), (), False
        whole = search_words.of_name(session, self._vault.cipher, text)
        if whole:
            return SearchDocument.ticket_id.in_(whole), (), True
        groups = marked(self._vault.cipher, parse(text))
        known = search_words.people(session, self._vault.cipher, groups)
        condition = search_words.holds(session, groups, known)
        if condition is None:
            raise Invalid("찾을 낱말을 입력해 주십시오. 조사나 기호만으로는 찾을 수 없습니다.")
        words = tuple(word.text for group in groups for word in group)
        personal = bool(known) or any(word.mark for group in groups for word in group)
        return condition, words, personal

    def _meant(
        self, session: Session, query: Query, vector: NDArray[np.float32], limit: int, offset: int
    ) -> _Page:
        found = self._nearest(session, vector, query)
        found = [one for one in found if one[0] >= _FLOOR * found[0][0]]
        return _Page([document for _, document in _documents(session, found[offset : offset + limit])])

    def _ranked(
        self, session: Session, vector: NDArray[np.float32], near: Ids, query: Query
    ) -> list[tuple[float, int]]:
        rows = session.execute(
            search_words.narrowed(
                session,
                select(SearchDocument.id, SearchVector.vector)
                .join(SearchVector, SearchVector.document_id == SearchDocument.id)
                .where(search_words.among(session, SearchDocument.id, near.tolist())),
                query,
            )
        ).all()
        if not rows:
            return []
        cosines = unpacked([kept for _, kept in rows]) @ vector
        best = np.argsort(-cosines, kind="stable")
        return [(float(cosines[number]), rows[number][0]) for number in best]

    def _hits(self, session: Session, documents: list[SearchDocument], words: tuple[str, ...]) -> list[Hit]:
        people = (joinedload(Ticket.department), joinedload(Ticket.staff))
        ids = _known(document.ticket_id for document in documents)
        of_ticket = {
            one.id: one for one in session.scalars(select(Ticket).options(*people).where(Ticket.id.in_(ids)))
        }
        ids = _known(document.conversation_id for document in documents)
        talks = {one.id: one for one in session.scalars(select(Conversation).where(Conversation.id.in_(ids)))}
        texts = Texts(session, self._vault)
        texts.warm_up(documents)
        return [
            _hit(
                document,
                texts,
                words,
                of_ticket.get(document.ticket_id or ""),
                talks.get(document.conversation_id or ""),
            )
            for document in documents
        ]


def _hit(
    document: SearchDocument, texts: Texts, words: tuple[str, ...], ticket: Ticket | None,
    talk: Conversation | None,
) -> Hit:  # fmt: skip
    written = texts.read(document)
    if ticket and document.conversation_id and document.at < ticket.received_at:
        ticket = None  # said before the ticket was there: it may mean another matter
    return Hit(
        author=written.author,
        snippet=snippet(written.text, words),
        at=document.at,
        channel=ticket.channel if ticket else talk.channel if talk else "",
        conversation_id=document.conversation_id,
        number=ticket.number if ticket else None,
        kind=ticket.kind if ticket else None,
        state=ticket.state if ticket else None,
        department=ticket.department.name if ticket else None,
        person=ticket.staff.name if ticket else None,
        is_matter=document.subject.startswith(MATTER),
    )


def _documents(session: Session, found: list[tuple[float, int]]) -> list[tuple[float, SearchDocument]]:
    ids = [one for _, one in found]
    by_id = {one.id: one for one in session.scalars(select(SearchDocument).where(SearchDocument.id.in_(ids)))}
    return [(cosine, by_id[one]) for cosine, one in found]


def _known(ids: Iterable[str | None]) -> list[str]:
    return [one for one in ids if one]


def check(query: Query) -> None:
    """Raises `Invalid` for a query that asks for nothing, or for days that never were."""
    filters = (query.since, query.until, query.department_id, query.staff_id)
    more = (query.kind, query.state, query.channel)
    if not query.text.strip() and not any(filters + more):
        raise Invalid("찾을 말이나 조건을 입력해 주십시오.")
    if query.since and query.until and query.since > query.until:
        raise Invalid("기간의 시작일이 종료일보다 늦습니다.")
