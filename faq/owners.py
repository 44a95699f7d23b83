"""Whose business a question is, by the entries that may answer it and by the departments' duties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import numpy as np

from faq.service import FaqService
from faq.snapshot import Snapshot
from faq.understanding import Understanding

_SAMPLE: Final = 2000
_STRAYS: Final = 0.1
_VERY_ALIKE: Final = 0.9


class Owners:
    """What a router asks the FAQ."""

    def __init__(self, faq: FaqService) -> None:
        self._faq = faq
        self._alike: tuple[str, float] = ("", _VERY_ALIKE)

    def ranked(self, matter: str) -> tuple[tuple[str, float], ...]:
        """See `shares`, of the matter as the FAQ understands it."""
        understanding = self._faq.understand(matter)
        found = (self._faq.entry(candidate.faq_id) for candidate in understanding.candidates)
        return shares(understanding, {entry.id: entry.department for entry in found if entry})

    def alike(self) -> float:
        """The cosine from which two questions are about the same department's business; follows the index."""
        version, cosine = self._alike
        if version != self._faq.version:
            snapshot = self._faq.snapshot
            cosine = likeness(snapshot)
            self._alike = (snapshot.version, cosine)
        return cosine


def likeness(snapshot: Snapshot) -> float:
    """The cosine that only one of ten questions reaches with some question of another department.

    Where there is no other department to compare with, only what is said almost alike is alike.
    """
    asked = [i for i, row in enumerate(snapshot.rows) if row.kind in {"question", "paraphrase"}]
    asked = asked[:: max(1, len(asked) // _SAMPLE)]
    owner = np.array([snapshot.entries[snapshot.rows[i].name].department for i in asked])
    if len(set(owner.tolist())) < 2:
        return _VERY_ALIKE
    vectors = snapshot.index.vectors(np.array(asked, dtype=np.int64))
    strangers = np.where(owner[:, None] != owner[None], vectors @ vectors.T, -1).max(axis=1)
    return float(np.quantile(strangers, 1 - _STRAYS))


def shares(understanding: Understanding, owner_of: Mapping[str, str]) -> tuple[tuple[str, float], ...]:
    """Department ids with their shares (0..1, together at most 1), best first; none for what names no topic.

    An entry's confidence is a probability: as likely as it answers, the question belongs to its owner
    (`owner_of`: entry id → department id). What the entries leave open is shared out by duties.
    """
    found: defaultdict[str, float] = defaultdict(float)
    known = sum(candidate.confidence for candidate in understanding.candidates)
    for candidate in understanding.candidates:
        if owner := owner_of.get(candidate.faq_id):
            found[owner] += candidate.confidence / max(known, 1)
    for department, share in _by_duties(understanding):
        found[department] += max(1 - known, 0) * share
    return tuple(sorted(found.items(), key=lambda one: -one[1]))


def _by_duties(understanding: Understanding) -> list[tuple[str, float]]:
    """The scores are in standard deviations: their exponentials stand to each other as the odds."""
    if not understanding.departments:
        return []
    names, scores = zip(*understanding.departments, strict=True)
    weights = np.exp(np.array(scores) - max(scores))
    return list(zip(names, (weights / weights.sum()).tolist(), strict=True))
