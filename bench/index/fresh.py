"""A fresh process that loads one index and searches it: `python -m bench.index.fresh FOLDER`, prints JSON.

FOLDER holds `rows.faiss` and `queries.npy`; what was found goes to `found.npy`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import psutil

from embeddings.index import Index, load_index
from embeddings.protocols import RowIds, Vectors

ROUNDS = 5
SWAPS = 3
K = 10
WIDE = 200  # as many as the FAQ's search asks for


@dataclass(frozen=True)
class Round:
    """Milliseconds of each search, those in which the core worked for it, and the rows found."""

    elapsed: list[float]
    computing: list[float]
    found: RowIds


def main(folder: Path) -> None:
    """Load, search on one core, then swap under load with all cores."""
    faiss.omp_set_num_threads(1)
    every_core = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(every_core)})
    queries: Vectors = np.load(folder / "queries.npy")
    index = load_index(folder / "rows.faiss")
    loaded = _resident()
    _round(index, queries[:50], K)
    rounds = [_round(index, queries, K) for _ in range(ROUNDS)]
    wide = [_round(index, queries, WIDE) for _ in range(ROUNDS)]
    np.save(folder / "found.npy", rounds[0].found)
    searched = _resident()
    os.sched_setaffinity(0, every_core)
    result = {
        "kind": index.kind,
        "p50": _median([done.elapsed for done in rounds], 50),
        "p99": _median([done.elapsed for done in rounds], 99),
        "p99_computing": _median([done.computing for done in rounds], 99),
        "p99_of_200": _median([done.elapsed for done in wide], 99),
        "resident_loaded": loaded,
        "resident_searched": searched,
        **_swap_under_load(index, folder / "rows.faiss", queries),
    }
    print(json.dumps(result))


def _round(index: Index, queries: Vectors, k: int) -> Round:
    """Ask each query by itself."""
    elapsed, computing, found = [], [], []
    for query in queries:
        began, worked = time.perf_counter(), time.thread_time()
        found.append(index.search(query[None], k)[1][0])
        computing.append(1000 * (time.thread_time() - worked))
        elapsed.append(1000 * (time.perf_counter() - began))
    return Round(elapsed, computing, np.array(found))


def _median(rounds: list[list[float]], percentile: int) -> float:
    return float(np.median([np.percentile(times, percentile) for times in rounds]))


def _swap_under_load(index: Index, path: Path, queries: Vectors) -> dict[str, float]:
    """One thread searches without a pause while this one loads the file anew and takes the new index over."""
    serving = [index]
    del index
    done = threading.Event()
    spans: list[tuple[float, float]] = []

    def ask() -> None:
        while not done.is_set():
            for query in queries:
                began = time.perf_counter()
                serving[0].search(query[None], K)
                spans.append((began, time.perf_counter()))

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(2)
    swaps = []
    for _ in range(SWAPS):
        began = time.perf_counter()
        serving[0] = load_index(path)
        swaps.append((began, time.perf_counter()))
        time.sleep(1)
    done.set()
    asking.join()
    during = [b - a for a, b in spans if any(b > start and a < end for start, end in swaps)]
    resting = [b - a for a, b in spans if not any(b > start and a < end for start, end in swaps)]
    return {
        "swap_seconds": float(np.median([end - start for start, end in swaps])),
        "swap_requests": len(during),
        "swap_longest": 1000 * max(during),
        "rest_longest": 1000 * max(resting),
        "swap_p99": 1000 * float(np.percentile(during, 99)),
        "rest_p99": 1000 * float(np.percentile(resting, 99)),
    }


def _resident() -> float:
    """MB of this process that lie in memory."""
    return float(psutil.Process().memory_info().rss) / 1e6


if __name__ == "__main__":
    main(Path(sys.argv[1]))
