"""`python -m bench.channels`: measure, account, write docs/channel-performance.md. Takes an hour."""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.channels.report import Results, render
from bench.channels.trials import Trial, killing_rasa, killing_web, under_load
from bench.running import ROOT, machine


@dataclass(frozen=True)
class Sizes:
    """How much is asked of it; durations are seconds."""

    citizens: int = 200
    seconds: float = 300
    rasa_dies_every: float = 30
    kills: int = 300
    citizens_while_killing: int = 40


QUICK = Sizes(citizens=40, seconds=30, rasa_dies_every=15, kills=3, citizens_while_killing=10)


async def measure(sizes: Sizes, folder: Path, chance: random.Random) -> Results:
    """The three trials, each with a house of its own, one after the other."""
    calm = told(await under_load(folder / "calm", sizes.citizens, sizes.seconds, chance))
    rasa = told(
        await killing_rasa(folder / "rasa", sizes.citizens, sizes.seconds, sizes.rasa_dies_every, chance)
    )
    web = told(await killing_web(folder / "web", sizes.citizens_while_killing, sizes.kills, chance))
    return Results(machine(), sizes.rasa_dies_every, calm, rasa, web)


def told(trial: Trial) -> Trial:
    """Print one trial's result on the way."""
    times = "/".join(f"{trial.percentile(share):.2f}" for share in (0.5, 0.95, 0.99))
    print(f"{trial.name}: {times} s, longest {trial.longest:.2f} s, {trial.kills} kills", flush=True)
    print("\n".join(f"  {line}" for line in trial.account.lines()), flush=True)
    return trial


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small, to see that it works; writes nothing")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for databases and logs, kept for a look")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="eungdae-bench-") as scratch:
        folder = options.keep or Path(scratch)
        chance = random.Random(options.seed)
        results = asyncio.run(measure(QUICK if options.quick else Sizes(), folder, chance))
    page = render(results)
    print(page)
    if not options.quick:
        (ROOT / "docs" / "channel-performance.md").write_text(page, encoding="utf-8")
    if not results.even:
        raise SystemExit("the account is not even")


if __name__ == "__main__":
    main()
