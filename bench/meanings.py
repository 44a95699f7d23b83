"""How well, how fast and in how much memory one bit a dimension finds what means the same.

    .venv/bin/python -m bench.meanings [documents]

Real Korean sentences in pairs (training/text), encoded by the product's own encoder; beyond the first 10,000
a document is a mixture of two of them, so that near ones stand close together as they do in a real corpus.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert

from conversations.meanings import SHORTLIST, Meanings, packed
from conversations.search_tables import SearchDocument, SearchVector
from core.database import Base, Database
from embeddings.encoder import load_encoder
from embeddings.protocols import Vectors

TEXTS = Path(__file__).parents[1] / "training/text"
REAL, ASKED, BEST, BATCH = 10_000, 200, 10, 10_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def sentences() -> list[str]:
    """Every sentence of the training texts, once."""
    rows = (json.loads(line) for path in sorted(TEXTS.glob("*.jsonl")) for line in path.open())
    values = (value for row in rows for value in row.values())
    found = (text for value in values for text in (value if isinstance(value, list) else [value]))
    return list(dict.fromkeys(text for text in found if isinstance(text, str) and len(text) > 8))


def grown(real: Vectors, documents: int, chance: np.random.Generator) -> Vectors:
    """`documents` vectors of length 1: the real ones, and mixtures of two of them each."""
    more = max(0, documents - len(real))
    one, other = chance.integers(0, len(real), (2, more))
    share = chance.uniform(0.6, 0.95, (more, 1)).astype(np.float32)
    mixed = share * real[one] + (1 - share) * real[other]
    return np.concatenate([real, mixed / np.linalg.norm(mixed, axis=1, keepdims=True)])[:documents]


def filled(vectors: Vectors) -> Database:
    """A database in memory that holds them as the search does."""
    database = Database("sqlite://")
    Base.metadata.create_all(database.engine, tables=[SearchDocument.__table__, SearchVector.__table__])
    for start in range(0, len(vectors), BATCH):
        numbers = range(start, min(start + BATCH, len(vectors)))
        with database.session() as session:
            documents = [{"id": n + 1, "subject": f"ticket:{n}", "at": NOW, "morphemes": ""} for n in numbers]
            session.execute(insert(SearchDocument), documents)
            kept = [{"document_id": n + 1, "vector": packed(vectors[n])} for n in numbers]
            session.execute(insert(SearchVector), kept)
    return database


def measure(meanings: Meanings, vectors: Vectors, asked: Vectors) -> tuple[float, float]:
    """The share of the nearest ten that the shortlist holds, and the milliseconds that it takes."""
    found, seconds = 0, 0.0
    for query in asked:
        began = time.perf_counter()
        short = meanings.shortlist(query)
        seconds += time.perf_counter() - began
        nearest: NDArray[np.int64] = np.argpartition(-(vectors @ query), BEST)[:BEST] + 1
        found += len(set(short.tolist()) & set(nearest.tolist()))
    return found / (len(asked) * BEST), 1000 * seconds / len(asked)


def main() -> None:
    """Print one line of figures."""
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    texts, chance = sentences(), random.Random(0)
    encoder = load_encoder()
    real = encoder.encode_queries([" ".join(chance.sample(texts, 2)) for _ in range(min(REAL, documents))])
    asked = encoder.encode_queries(chance.sample(texts, ASKED))
    vectors = grown(real, documents, np.random.default_rng(0))
    database, meanings = filled(vectors), Meanings(encoder.dimension)
    began = time.perf_counter()
    with database.session() as session:
        meanings.refresh(session)
    loaded = time.perf_counter() - began
    recall, milliseconds = measure(meanings, vectors, asked)
    megabytes = documents * (encoder.dimension / 8 + 9) / 1e6
    print(
        f"{documents:,} documents: {recall:.1%} of the nearest {BEST} among {SHORTLIST:,}, "
        f"{milliseconds:.1f} ms, {megabytes:.0f} MB, read in {loaded:.1f} s"
    )


if __name__ == "__main__":
    main()
