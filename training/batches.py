"""Draws what the network sees at once: questions, what each means, and what none of them means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from random import Random
from typing import NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from training.groups import Group, Source
from training.network import PASSAGE, QUERY, Padded
from training.typing_errors import mistyped, near_miss
from training.vocabulary import MARKS, PAD

OURS = frozenset({Source.FAQ, Source.DAILY})
Mix = Mapping[Source, float]

_QUESTION_PIECES, _PASSAGE_PIECES = 48, 96
_MISTYPED = 0.3
_TITLE = 0.5  # of our own pairs have the entry's own question on one side
_UTTERANCE_FIRST = 0.7
_WRITTEN_MISS, _MADE_MISS = 0.8, 0.35


@dataclass
class Draw:
    """Texts of one source. `answered[i]` is the place of the question that `passages[i]` answers."""

    questions: list[str] = field(default_factory=list)
    meanings: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    passages: list[str] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)


class Batch(NamedTuple):
    """A draw as pieces. `sentences` has the questions, below them their meanings, below them the misses.

    `same` and `same_passages`: bool[n, n], true where two places hold the same text.
    """

    source: str
    pairs: int
    sentences: Padded
    same: Tensor
    passages: Padded | None
    answered: Tensor
    same_passages: Tensor


class Batches(IterableDataset[Batch]):
    """Batches without end. Each worker of a loader draws its own."""

    def __init__(
        self, groups: Sequence[Group], tokenizer: Tokenizer, mix: Mix, pairs: int, seed: int
    ) -> None:
        super().__init__()
        self._groups = by_cluster(groups)
        self._tokenizer, self._mix, self._pairs, self._seed = tokenizer, mix, pairs, seed

    def __iter__(self) -> Iterator[Batch]:
        """Raises KeyError where the mix names a source without groups."""
        worker = get_worker_info()
        chance = Random(1000 * self._seed + (worker.id if worker else 0))
        while True:
            source = chance.choices(list(self._mix), list(self._mix.values()))[0]
            yield self._tokenised(source, draw(self._groups[source], self._pairs, chance))

    def _tokenised(self, source: Source, drawn: Draw) -> Batch:
        sentences = [*drawn.questions, *drawn.meanings, *drawn.misses]
        return Batch(
            str(source),
            len(drawn.questions),
            padded(self._tokenizer, QUERY, sentences, _QUESTION_PIECES),
            _same(drawn.meanings),
            padded(self._tokenizer, PASSAGE, drawn.passages, _PASSAGE_PIECES) if drawn.passages else None,
            torch.tensor(drawn.answered),
            _same(drawn.passages),
        )


def by_cluster(groups: Sequence[Group]) -> dict[Source, list[list[Group]]]:
    """The clusters of each source; a group without one is its own."""
    found: dict[Source, dict[object, list[Group]]] = defaultdict(lambda: defaultdict(list))
    for place, group in enumerate(groups):
        found[group.source][group.cluster or place].append(group)
    return {source: list(clusters.values()) for source, clusters in found.items()}


def draw(clusters: Sequence[Sequence[Group]], pairs: int, chance: Random) -> Draw:
    """Whole clusters, none twice: what is easily confused meets in one batch. At most so many pairs."""
    drawn = Draw()
    chosen = chain.from_iterable(chance.sample(clusters, min(pairs, len(clusters))))
    for place, group in enumerate(islice(chosen, pairs)):
        question, meaning = _pair(group, chance)
        drawn.questions.append(mistyped(question, chance) if chance.random() < _MISTYPED else question)
        drawn.meanings.append(meaning)
        if group.answer:
            drawn.passages.append(f"{group.texts[0]} {group.answer}")
            drawn.answered.append(place)
        if group.near_misses and chance.random() < _WRITTEN_MISS:
            drawn.misses.append(chance.choice(group.near_misses))
        if chance.random() < _MADE_MISS:
            made = near_miss(meaning, chance) or near_miss(question, chance)
            drawn.misses += [made] if made else []
    return drawn


def padded(tokenizer: Tokenizer, prefix: str, texts: Sequence[str], longest: int) -> Padded:
    """The texts' pieces, at most so many each, the marks of beginning and end included."""
    tokenizer.enable_truncation(longest)
    tokenizer.enable_padding(pad_id=PAD, pad_token=MARKS[PAD], pad_to_multiple_of=8)
    found = tokenizer.encode_batch([prefix + text for text in texts])
    ids, own = ([e.ids for e in found], [e.attention_mask for e in found])
    return Padded(torch.tensor(ids), torch.tensor(own, dtype=torch.bool))


def _pair(group: Group, chance: Random) -> tuple[str, str]:
    title, *others = group.texts
    if group.source in OURS:
        question = chance.choice(others)
        if chance.random() < _TITLE:
            return question, title
        return question, chance.choice([text for text in group.texts if text != question])
    if group.source == Source.COMMANDS and chance.random() < _UTTERANCE_FIRST:
        return title, others[0]
    question, meaning = chance.sample(group.texts, 2)
    return question, meaning


def _same(texts: Sequence[str]) -> Tensor:
    numbers = {text: number for number, text in enumerate(texts)}
    found = torch.tensor([numbers[text] for text in texts], dtype=torch.int64)
    return found[:, None] == found[None]
