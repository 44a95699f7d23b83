"""Which department a matter goes to: rules first, then what was corrected before, then what it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

import numpy as np
from sqlalchemy.orm import Session

from core.database import Database
from core.privacy import Vault
from desk import directory, route_lessons, routing_rules
from desk.models import Staff, Ticket
from desk.route_lessons import Lessons, comparable
from embeddings.protocols import Encoder, Vectors

MOST: Final = 3
CLEAR: Final = 0.6
"""The share from which a department gets a matter without anybody asked (found as docs/routing.md tells)."""
_STANDS_OUT: Final = 2.0
"""Standard deviations above the mean of all people's duties from which one of them is meant."""

Ranked: TypeAlias = Callable[[str], Sequence[tuple[str, float]]]
"""A matter → ids of departments with their shares of likelihood (together at most 1), best first."""


@dataclass(frozen=True)
class Route:
    """Where a matter goes; `department_id` None: the front desk decides (the ticket stays unassigned).

    `candidates` are the best departments with their shares, for the eyes of staff; `duty` is the duty of
    one of the department's people that the matter fits, as it stands in the directory.
    """

    department_id: str | None
    by: Literal["rule", "lesson", "meaning", "front"]
    candidates: tuple[tuple[str, float], ...] = ()
    duty: str | None = None


class Router:
    """Thread-safe. Rules and lessons are read at every question: a correction counts at once."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        ranked: Ranked,
        encoder: Callable[[], Encoder],
        alike: Callable[[], float],
    ) -> None:
        """`encoder` gives the one that serves now, `alike` the cosine from which it finds two alike."""
        self._database = database
        self._vault = vault
        self._ranked = ranked
        self._encoder = encoder
        self._lessons = Lessons(vault, encoder, alike)
        self._duties: tuple[str, tuple[str, ...], Vectors] | None = None

    def route(self, matter: str, kind: str, most: int = MOST) -> Route:
        """Where a matter of that kind (`desk.kinds`) goes; what has no words goes to the front desk.

        At most `most` departments are named as candidates.

        Opens a transaction of its own: call it outside of any other.
        """
        matter = comparable(matter)
        ranked = self._ranked(matter) if matter else ()
        with self._database.session() as session:
            known = {unit.id for unit in directory.departments(session)}
            ranked = [one for one in ranked if one[0] in known]
            department_id, by = self._decided(session, matter, kind, ranked)
            if department_id not in known:
                return Route(None, "front", tuple(ranked[:most]))
            duty = self._duty(session, matter, department_id) if matter else None
        chosen = [one for one in ranked if one[0] == department_id] or [(department_id, 0.0)]
        others = [one for one in ranked if one[0] != department_id]
        return Route(department_id, by, tuple((chosen + others)[:most]), duty)

    def learn(
        self, session: Session, ticket: Ticket, matter: str, department_id: str, staff: Staff, now: datetime
    ) -> None:
        """From now on what is like this matter goes to that department: `staff` has corrected its route."""
        route_lessons.learn(session, self._vault, ticket, matter, department_id, staff, now)

    def _decided(
        self, session: Session, matter: str, kind: str, ranked: Sequence[tuple[str, float]]
    ) -> tuple[str | None, Literal["rule", "lesson", "meaning", "front"]]:
        if rule := routing_rules.fitting(routing_rules.all_of(session), matter, kind):
            return rule.department_id, "rule"
        if matter and (learned := self._lessons.department(session, matter)):
            return learned, "lesson"
        if ranked and ranked[0][1] >= CLEAR:
            return ranked[0][0], "meaning"
        return None, "front"

    def _duty(self, session: Session, matter: str, department_id: str) -> str | None:
        """The duty of somebody there that the matter fits clearly better than people's duties in general."""
        people = directory.people(session)
        duties = tuple(dict.fromkeys(duty for person in people for duty in person.duties))
        own = {duty for person in people if person.department_id == department_id for duty in person.duties}
        if not own:
            return None
        cosines = self._vectors_of(duties) @ self._encoder().encode_queries([matter])[0]
        best = max((float(cosine), duty) for cosine, duty in zip(cosines, duties, strict=True) if duty in own)
        stands_out = best[0] - cosines.mean() >= _STANDS_OUT * cosines.std()
        return best[1] if stands_out else None

    def _vectors_of(self, duties: tuple[str, ...]) -> Vectors:
        encoder, kept = self._encoder(), self._duties
        if kept is None or kept[:2] != (encoder.fingerprint, duties):
            kept = self._duties = (encoder.fingerprint, duties, encoder.encode_queries(list(duties)))
        return np.asarray(kept[2])
