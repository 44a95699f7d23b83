"""`python -m bench.index`: measure, print, and write docs/index.md and its plot. Takes some minutes."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.index.data import Noise, encoded, nearest
from bench.index.plot import growth
from bench.index.report import Size, render
from bench.running import ROOT, machine
from embeddings.index import build_index

SIZES = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000]
QUICK = [1_000, 10_000, 30_000]
QUERIES = 1_000


def measure(rows: int, data: Noise, folder: Path) -> Size:
    """Build an index of so many rows, and let a fresh process load and search it."""
    vectors = data.rows(rows, seed=1)
    queries = data.queries(QUERIES, rows, seed=2)
    began = time.perf_counter()
    index = build_index(vectors)
    built = time.perf_counter() - began
    index.save(folder / "rows.faiss")
    np.save(folder / "queries.npy", queries)
    del index
    exact = nearest(vectors, queries)
    del vectors
    fresh = [sys.executable, "-m", "bench.index.fresh", str(folder)]
    told = subprocess.run(fresh, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = np.load(folder / "found.npy")
    recall = np.mean([np.isin(a, b).mean() for a, b in zip(exact, found, strict=True)])
    file = (folder / "rows.faiss").stat().st_size / 1e6
    return Size(rows=rows, recall=float(recall), build_seconds=built, file=file, **json.loads(told))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="small indexes, to see that it works; writes nothing"
    )
    quick = parser.parse_args().quick
    encoder, real = encoded()
    data = Noise(real)
    sizes = []
    for rows in QUICK if quick else SIZES:
        with tempfile.TemporaryDirectory(prefix="eungdae-index-") as folder:
            sizes.append(measure(rows, data, Path(folder)))
        print(sizes[-1], flush=True)
    busy = f"load average {os.getloadavg()[0]:.1f}, niceness {os.nice(0)}"
    page = render(f"{machine()}; {busy}", encoder, len(real), sizes)
    print(page)
    if not quick:
        (ROOT / "docs" / "index.md").write_text(page, encoding="utf-8")
        (ROOT / "docs" / "images" / "index.svg").write_text(growth(sizes), encoding="utf-8")


if __name__ == "__main__":
    main()
