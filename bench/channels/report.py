"""docs/channel-performance.md, written from what the trials showed."""

from __future__ import annotations

from dataclasses import dataclass

from bench.channels.trials import HURRIES, THINKS, Trial

_COLUMNS = (
    "trial", "said", "nobody there", "cut off", "accepted", "answered", "ticketed", "refused", "lost",
    "doubled", "marked", "left",
)  # fmt: skip


@dataclass(frozen=True)
class Results:
    """All that one run found."""

    machine: str
    rasa_dies_every: float
    calm: Trial
    rasa: Trial
    web: Trial

    @property
    def even(self) -> bool:
        """Whether every account is."""
        return all(trial.account.even for trial in (self.calm, self.rasa, self.web))

    @property
    def goals(self) -> list[tuple[str, str, str, bool]]:
        """What was promised: its name, the promise, what was measured, and whether it was kept."""
        rows = []
        for trial in (self.calm, self.rasa):
            found, p99 = trial.account, trial.percentile(0.99)
            wrong = len(found.lost), len(found.doubled), found.out_of_order
            rows += [
                (f"{trial.name}: p99 of an answer", "< 2 s", f"{p99:.2f} s", p99 < 2),
                (f"{trial.name}: longest answer", "≤ 4.5 s", f"{trial.longest:.2f} s", trial.longest <= 4.5),
                (
                    f"{trial.name}: lost, doubled, out of order",
                    "0, 0, 0",
                    ", ".join(map(str, wrong)),
                    not any(wrong),
                ),
            ]
        even = "even" if self.web.account.even else "not even"
        account = f"the account after {self.web.kills} kills of the web process"
        return [*rows, (account, "even", even, self.web.account.even)]


PAGE = """\
# The doors under load

Measured by `make bench-channels` on: {machine}.
The citizens and the fake clouds run on the same cores. In the first two trials a citizen reads and types for
{thinks[0]:g} to {thinks[1]:g} seconds between an answer and the next message, in the third for
{hurries[0]:g} to {hurries[1]:g}. They ask what was never asked before, press what is offered, and have
tickets opened.

| promise | goal | measured | kept |
|---|---|---|---|
{goals}

## The trials

| trial | citizens | seconds | messages | p50 | p95 | p99 | longest | kills |
|---|---|---|---|---|---|---|---|---|
{trials}

"Rasa killed": `kill -9` every {every:g} seconds, started again at once. "web killed": `kill -9` of the web
process at random moments; half of the citizens are at the fake Kakao, which brings nothing twice, half at the
fake LINE, which brings again what wasn't taken, and tells a repeated call by its key.

## The accounts

Read by `bench/channels/accounting.py` from the database and the fakes' logs alone.
Every message that was accepted (the vendor got its 200) is answered, ticketed or refused, once; what was
answered stands on the citizen's screen once, in order.

{columns}
{accounts}

"Cut off": the process died before the vendor had its answer, so nothing was promised; of their answers
{cut_replies} were never seen, since Kakao brings no message twice and a dead process can't tell what it said.
"Marked": shown twice; LINE's reply tokens carry no key; the outbox says of each that it may have come twice.
"""


def render(results: Results) -> str:
    """The page."""
    trials = (results.calm, results.rasa, results.web)
    return PAGE.format(
        machine=results.machine,
        thinks=THINKS,
        hurries=HURRIES,
        every=results.rasa_dies_every,
        goals="\n".join(
            f"| {name} | {goal} | {value} | {'yes' if kept else '**no**'} |"
            for name, goal, value, kept in results.goals
        ),
        trials="\n".join(_trial(trial) for trial in trials),
        accounts="\n".join(_account(trial) for trial in trials),
        columns=f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}",
        cut_replies=results.web.account.cut_replies,
    )


def _trial(trial: Trial) -> str:
    times = " | ".join(f"{trial.percentile(share):.2f} s" for share in (0.5, 0.95, 0.99))
    return (
        f"| {trial.name} | {trial.citizens} | {trial.lasted:.0f} | {trial.account.said} | {times} "
        f"| {trial.longest:.2f} s | {trial.kills} |"
    )


def _account(trial: Trial) -> str:
    found = trial.account
    numbers = (
        found.said, found.away, found.cut, found.accepted, found.answered, found.ticketed, found.refused,
        len(found.lost), len(found.doubled), found.marked, found.left,
    )  # fmt: skip
    return f"| {trial.name} | {' | '.join(map(str, numbers))} |"
