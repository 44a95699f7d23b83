"""What both commands are told: which sets, from where, and whether it is only tried."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bench.quality.sets import NAMES, QualitySet, load


def parser_of_sets(module: str, description: str | None) -> argparse.ArgumentParser:
    """A parser with the options that say what is asked."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--sets", default=",".join(NAMES), help="of %(default)s")
    parser.add_argument("--folder", type=Path, help="where the foreign sets lie (else QUALITY_SETS says it)")
    parser.add_argument("--quick", action="store_true", help="200 questions a set; writes nothing")
    return parser


def chosen_sets(options: argparse.Namespace) -> list[QualitySet]:
    """The sets that the options name; raises MissingSet."""
    said = os.environ.get("QUALITY_SETS")
    folder = options.folder or (Path(said) if said else None)
    sets = [load(name, folder) for name in options.sets.split(",")]
    return [one.quick() for one in sets] if options.quick else sets


def say(text: str) -> None:
    """One line on the way."""
    print(text, flush=True)
