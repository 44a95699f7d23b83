"""`python -m bench.bound_report`: try the promise on the sample, and write its section of docs/quality.md."""

from __future__ import annotations

import json
import re
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml

from bench.bound import DRAWS, Mix, Population, Promise, Trials, sampling_error, split, tried
from bench.running import ROOT
from core.clock import SystemClock
from core.database import Base, Database
from core.settings import load_settings
from embeddings.encoder import load_encoder
from faq import importing
from faq.building import ask_judges
from faq.labels import LABELS, Label
from faq.service import FaqService
from faq.sources import load_sources

PAGE = ROOT / "docs" / "quality.md"
HEADING = "## When an immediate answer is given"
_POLITE = re.compile(r"(요|니다|니까|까요|죠|시오)[?.!~ ]*$")
_SHORT = 12


@dataclass(frozen=True)
class Sample:
    """The questions that judge, asked as they are and in other ways, and the promise that was calibrated."""

    texts: Sequence[str]
    kinds: Sequence[str]
    asked: Population
    unspaced: Population
    apart: Population
    promise: Promise
    outside: float
    threshold: float
    taught: int


def sample(folder: Path) -> Sample:
    """Build the sample's FAQ with the encoder of the settings, and ask it."""
    settings, clock = load_settings(), SystemClock()
    database = Database(f"sqlite:///{folder / 'faq.sqlite3'}")
    Base.metadata.create_all(database.engine)
    with database.session() as session:
        entries = load_sources([ROOT / "faq" / "corpus"])
        importing.apply(session, importing.plan(session, entries, replace=True), clock.now())
    faq = FaqService(
        database,
        load_encoder(settings.encoder),
        folder,
        clock,
        alpha=settings.answer_error_rate,
        confidence=settings.answer_confidence,
        outside_share=settings.outside_share,
    )
    database.close()
    judges = [label for label in faq.snapshot.labels if not label.teaches]
    calibration = faq.snapshot.calibration
    bound = calibration.bound
    return Sample(
        [label.text for label in judges],
        _kinds(judges),
        _asked(faq, judges),
        _asked(faq, [replace(label, text=label.text.replace(" ", "")) for label in judges]),
        _asked(faq, _written_apart()),
        Promise(bound.alpha, bound.confidence, bound.labelled, calibration.start_share),
        settings.outside_share,
        bound.threshold,
        sum(label.teaches for label in faq.snapshot.labels),
    )


def _asked(faq: FaqService, labels: Sequence[Label]) -> Population:
    confidence, right = ask_judges(faq.snapshot, labels, lambda texts, _passages: faq.encode(texts))
    return Population(confidence, right, np.array([label.faq_id is not None for label in labels]))


def _kinds(labels: Sequence[Label]) -> list[str]:
    questions = yaml.safe_load((LABELS / "out_of_scope.yml").read_text("utf-8"))["questions"]
    kinds = {str(question["text"]): str(question["kind"]) for question in questions}
    return [kinds.get(label.text, "") for label in labels]


def _written_apart() -> list[Label]:
    files = sorted((ROOT / "tests" / "quality").glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines() if line]
    return [Label(row["text"], row["id"]) for row in rows]


def mixes(found: Sample) -> tuple[Mix, list[Mix]]:
    """The mix that was labelled, and others that may come."""
    asked, usual = found.asked, found.outside
    polite = np.array([bool(_POLITE.search(text)) for text in found.texts])
    short = np.array([len(text) <= _SHORT for text in found.texts])
    kinds = np.array(found.kinds)
    apart = float((~found.apart.inside).mean())
    shares = [Mix(f"{share:.0%} must not be answered", asked, share) for share in _SHARES]
    near, personal = (asked.only(asked.inside | (kinds == kind)) for kind in ("near", "personal"))
    return Mix(f"as labelled: {usual:.0%} must not be answered", asked, usual), [
        *shares,
        Mix("casual wording only", asked.only(~polite), usual),
        Mix("polite wording only", asked.only(polite), usual),
        Mix(f"at most {_SHORT} characters", asked.only(short), usual),
        Mix("typed without spaces", found.unspaced, usual),
        Mix("out of scope: near misses only", near, usual),
        Mix("out of scope: own cases only", personal, usual),
        Mix("the regression set, written apart", found.apart, usual),
        Mix(f"the same as it is, {apart:.0%} of it not to be answered", found.apart, apart),
    ]


_SHARES = (0.1, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def page(found: Sample, draws: int = DRAWS) -> str:
    """The section, measured."""
    usual, others = mixes(found)
    promise, allowed = found.promise, 1 - found.promise.confidence + sampling_error(draws)
    trials = tried(usual, promise, draws)
    worse, clearly = split(usual, promise, draws)
    wrong, answered = usual.wrong_share(found.threshold)
    right = answered * (1 - wrong) / (1 - usual.outside)
    loosest = usual.loosest(promise.alpha)
    shifted = [_shifted(mix, trials, loosest, promise.alpha) for mix in (usual, *others)]
    own = [_alike(mix, tried(mix, promise, draws), promise.alpha) for mix in (usual, *others)]
    broken = [mix.name for mix in others if mix.wrong_share(loosest)[0] > promise.alpha]
    figures = {
        "taught": found.taught, "labelled": promise.labelled, "outside": found.outside,
        "alpha": promise.alpha, "confidence": promise.confidence, "threshold": found.threshold,
        "right": right, "draws": draws,
        "encoder": load_settings().encoder, "questions": len(found.texts), "may": 1 - promise.confidence,
        "supported": len(trials.thresholds) / draws, "allowed": allowed, "worse": worse, "clearly": clearly,
        "broken": "; ".join(broken) or "none of these mixes breaks it",
    }  # fmt: skip
    told = [_filled(paragraph.format(**figures)) for paragraph in (*_BEFORE, _ENDS, *_AFTER)]
    same = _table(
        "labelled and asked alike: what is promised",
        ["draws with a threshold", "wrong", "answered", "draws that break it"],
        own,
    )
    asked = _table(
        f"labelled as above, but asked like this; at {loosest:.4f}",
        ["wrong", "answered", "draws that break it"],
        shifted,
    )
    return "\n\n".join([HEADING, *told[: len(_BEFORE)], same, asked, *told[len(_BEFORE) :]]) + "\n"


def _table(title: str, columns: list[str], rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join([title, *columns])} |", "|---" * (len(columns) + 1) + "|", *rows])


def _filled(paragraph: str) -> str:
    return textwrap.fill(" ".join(paragraph.split()), 118, break_on_hyphens=False)


def _alike(mix: Mix, trials: Trials, alpha: float) -> str:
    supported = len(trials.thresholds) / trials.draws
    wrong, answered = trials.usual(mix)
    found = f"{wrong:.1%} | {answered:.0%}" if trials.thresholds else " | "
    return f"| {mix.name} | {supported:.0%} | {found} | {trials.broken(mix, alpha):.1%} |"


def _shifted(mix: Mix, trials: Trials, loosest: float, alpha: float) -> str:
    wrong, answered = mix.wrong_share(loosest)
    ends = " **ends**" if wrong > alpha else ""
    return f"| {mix.name} | {wrong:.1%}{ends} | {answered:.0%} | {trials.broken(mix, alpha):.1%} |"


_BEFORE = (
    """`eungdae calibrate` parts the labels by a hash of their text: one in three teaches ({taught} do:
    they fit the confidence, the turns and the refusals, and say where the tests begin), the
    others judge. Judges are asked through the whole decision as it is served, and the threshold
    is the loosest that a sequence of Clopper-Pearson tests lets pass (`faq/bound.py`). Nothing
    that answers has seen a judge, so the bound speaks of the served model, not of a cousin of it.
    {labelled} judge: all that are in scope, and as many out of scope as make {outside:.0%} of
    them questions that must not be answered (more were written, most of them traps).""",
    """Promised: at most {alpha:.1%} of the immediate answers are wrong, with {confidence:.0%}
    confidence. At the calibrated threshold ({threshold:.4f}; 1: nothing but known wordings)
    {right:.0%} of the judges in scope are answered right at once.""",
    """`python -m bench.bound_report` (encoder `{encoder}`) draws {labelled} labels {draws:,} times from
    the {questions:,} questions that judge, and picks a threshold each time; {supported:.0%} of
    the draws support one. A draw breaks the promise when more than {alpha:.1%} of the answers at
    its threshold are wrong among all these questions: {may:.0%} of the draws may, {allowed:.1%}
    with the sampling error of {draws:,} draws. Of {draws:,} random halvings of the labelled mix,
    the other half showed a larger share of wrong answers than promised in {worse:.1%}, and a
    larger one than its own sampling error explains in {clearly:.1%}.""",
)
_ENDS = """The second table takes the loosest threshold that keeps the promise on the labelled mix (known
    here, where all answers are), and shows what becomes of it when other questions come. Where
    exchangeability ends, and the promise with it: {broken}. A smaller share of questions that
    must not be answered can only lower the share of wrong answers; a larger one raises it.
    `EUNGDAE_OUTSIDE_SHARE` states the largest that is promised for: where more of such questions
    come, set it higher and calibrate again."""
_AFTER = (
    """The promise is about questions drawn like the judges: single questions in a citizen's words on the
    entries of this corpus, and near misses, own cases and strangers' questions in the proportions
    written. Paraphrases of the corpus don't judge: they are no sample of what is asked (with
    their own row hidden they are found less often than citizens' questions). Nor do citizens'
    clicks, which the decision itself picked; verdicts of staff do. The questions were written by
    the project, not drawn from a foundation's traffic: a deployment's own verdicts make the
    promise its own.""",
    """What the guarantee doesn't cover: the features of the confidence, the ranking's weights and the
    stated mix were chosen by people who had seen results on some of these labels.""",
)


def main() -> None:
    """Measure, print, and replace the section."""
    with tempfile.TemporaryDirectory(prefix="eungdae-bound-") as folder:
        section = page(sample(Path(folder)))
    print(section)
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(HEADING)
    _, heading, after = rest.partition("\n## ")
    PAGE.write_text(f"{before}{section}{heading}{after}", "utf-8")


if __name__ == "__main__":
    main()
