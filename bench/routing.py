"""`python -m bench.routing`: how often a matter reaches its department, and how long that takes.

The share from which the router decides by itself was chosen on the labels that teach; what is told here is
measured on those that judge (`faq.labels`) and on the regression set, neither of which it was chosen on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from core.clock import SystemClock
from core.database import Database
from core.privacy import Cipher, Vault
from core.secrets import load_secrets
from core.settings import load_settings
from desk import directory
from desk.routing import CLEAR, MOST
from faq.labels import load_labels
from faq.owners import likeness, shares
from faq.service import FaqService
from web.composition import build_faq, build_router

TIMED = 500


@dataclass(frozen=True)
class Asked:
    """A question, and the entry that answers it (None: no entry does)."""

    text: str
    faq_id: str | None


@dataclass(frozen=True)
class Routed:
    """Where a question went: its true owner, the departments by share, and the best share."""

    owner: str | None
    ranked: tuple[str, ...]
    share: float


def sets() -> dict[str, list[Asked]]:
    """The questions, by what they were written for."""
    labels = load_labels()
    found = {
        "labels that teach": [Asked(label.text, label.faq_id) for label in labels if label.teaches],
        "labels that judge": [Asked(label.text, label.faq_id) for label in labels if not label.teaches],
    }
    for name in ("in_scope", "near", "elsewhere"):
        lines = (load_settings().regression_set / f"{name}.jsonl").read_text("utf-8").splitlines()
        rows = map(json.loads, lines)
        found[f"regression set, {name}"] = [Asked(row["text"], row["id"]) for row in rows]
    return found


def routed(faq: FaqService, asked: Asked, *, hidden: bool) -> Routed:
    """What the router would make of a question; `hidden`: as if its entry had never been written."""
    understanding = faq.understand(asked.text)
    if hidden:
        others = [c for c in understanding.candidates if c.faq_id != asked.faq_id]
        understanding = replace(understanding, candidates=tuple(others))
    owner_of = {entry.id: entry.department for entry in faq.entries()}
    found = shares(understanding, owner_of)
    best = found[0][1] if found else 0.0
    return Routed(owner_of.get(asked.faq_id or ""), tuple(department for department, _ in found), best)


def told(name: str, found: Iterable[Routed]) -> str:
    """One line of the table."""
    rows = list(found)
    first = np.mean([row.ranked[:1] == (row.owner,) for row in rows])
    three = np.mean([row.owner in row.ranked[:MOST] for row in rows])
    sent = [row for row in rows if row.share >= CLEAR]
    right = np.mean([row.ranked[0] == row.owner for row in sent])
    left = 1 - len(sent) / len(rows)
    return f"| {name} | {len(rows):,} | {first:.1%} | {three:.1%} | {left:.1%} | {right:.1%} |"


def lessons(faq: FaqService, teach: list[Asked], judge: list[Asked]) -> str:
    """What corrections change: every matter of the first set that went wrong is corrected once."""
    alike = likeness(faq.snapshot)
    corrected = [
        (asked, row.owner)
        for asked in teach
        if (row := routed(faq, asked, hidden=True)).share < CLEAR or row.ranked[0] != row.owner
    ]
    known = faq.encoder.encode_queries([asked.text for asked, _ in corrected])
    before = after = better = worse = 0
    for asked, vector in zip(judge, faq.encoder.encode_queries([one.text for one in judge]), strict=True):
        row = routed(faq, asked, hidden=True)
        cosines = known @ vector
        nearest = int(np.argmax(cosines))
        meant = row.share >= CLEAR and row.ranked[0] == row.owner
        learned = corrected[nearest][1] == row.owner if cosines[nearest] >= alike else meant
        before, after = before + meant, after + learned
        better, worse = better + (learned and not meant), worse + (meant and not learned)
    count = len(judge)
    return (
        f"{len(corrected)} corrections (matters alike from a cosine of {alike:.2f}): straight to the right "
        f"department {before / count:.1%} → {after / count:.1%} of {count:,} "
        f"({better} more, {worse} that had gone right before)"
    )


def times(act: Callable[[str], object], texts: list[str]) -> str:
    """Milliseconds that one after the other takes."""
    took = []
    for text in texts:
        started = time.perf_counter()
        act(text)
        took.append((time.perf_counter() - started) * 1000)
    p50, p95, most = np.percentile(took, 50), np.percentile(took, 95), max(took)
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, longest {most:.0f} ms ({len(texts)} questions)"


def main() -> None:
    """Measure with the data of the settings, and print."""
    settings, clock = load_settings(), SystemClock()
    database = Database(settings.resolved_database_url)
    vault = Vault(Cipher(load_secrets(settings.data_dir).data_key), clock)
    faq = build_faq(settings, database, clock)
    router = build_router(database, vault, faq)
    questions = sets()
    inside = {name: [a for a in rows if a.faq_id] for name, rows in questions.items()}
    judge = [name for name in inside if inside[name] and name != "labels that teach"]

    def responsible(text: str) -> object:
        route = router.route(text, "inquiry")
        with database.session() as session:
            return directory.responsible(session, route.department_id, clock.now(), route.duty)

    unasked = [asked.text for asked in questions["labels that judge"][::7]][: TIMED + 1]
    responsible(unasked[0])  # the first question loads the morphemes' model
    print(f"who is responsible, for a question never heard before: {times(responsible, unasked[1:])}\n")
    print("| questions | count | first is right | among three | left to the front desk | others right |")
    print("|---|---|---|---|---|---|")
    for name in judge:
        print(told(name, (routed(faq, asked, hidden=False) for asked in inside[name])))
    for name in ["labels that teach", *judge]:
        print(told(f"{name}, entry hidden", (routed(faq, asked, hidden=True) for asked in inside[name])))
    for name, rows in questions.items():
        outside = [routed(faq, asked, hidden=False) for asked in rows if asked.faq_id is None]
        if outside:
            left = np.mean([row.share < CLEAR for row in outside])
            print(f"\n{name}, no entry answers ({len(outside):,}): {left:.1%} left to the front desk")
    print("\n" + lessons(faq, inside["labels that teach"], inside["labels that judge"]))
    database.close()


if __name__ == "__main__":
    main()
