"""Tunes the network by contrast: a question near to what it means, far from what only looks like it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from training.batches import Batch, Batches, Mix, padded
from training.groups import Group, Likeness, Source
from training.network import QUERY, Network

# In public sets two groups can mean the same: from this cosine of the network as it was on, they aren't
# contrasted.
SAME_MEANING = {
    Source.COMMANDS: 0.93,
    Source.PAIRS: 0.93,
    Source.INFERENCE: 0.95,
    Source.PARAPHRASES: 0.985,
}
_BACKWARD, _TO_PASSAGES = 0.5, 0.7  # weights beside that of the question's contrast
_WARMING = 60  # steps
_LAST_RATE = 0.02  # of the highest
_DECAY = 0.01
_NEVER = -1e4
_LIKENESS_EVERY, _LIKENESS_WEIGHT = 8, 0.8
_LIKENESS_PAIRS, _LIKENESS_WARMTH, _LIKENESS_SCALE = 128, 0.05, 5
_LIKENESS_PIECES = 64
_REPORT_EVERY = 100


@dataclass(frozen=True)
class Recipe:
    """One run. `warmth` divides cosines in the contrast, `tie` weighs the way from the network as it was."""

    rate: float
    warmth: float
    tie: float
    mix: Mix
    seed: int
    steps: int = 850
    pairs: int = 320


_MIX = {
    Source.FAQ: 0.5,
    Source.DAILY: 0.18,
    Source.PARAPHRASES: 0.12,
    Source.PAIRS: 0.09,
    Source.COMMANDS: 0.08,
    Source.INFERENCE: 0.03,
}
_EVENER_MIX = {
    Source.FAQ: 0.44,
    Source.DAILY: 0.2,
    Source.PARAPHRASES: 0.13,
    Source.PAIRS: 0.12,
    Source.COMMANDS: 0.08,
    Source.INFERENCE: 0.03,
}
# What shipped is the average of these.
RUNS = [
    Recipe(rate=5e-5, warmth=0.05, tie=0.0, mix=_MIX, seed=1),
    Recipe(rate=1e-4, warmth=0.04, tie=0.3, mix=_MIX, seed=2),
    Recipe(rate=8e-5, warmth=0.05, tie=0.1, mix=_EVENER_MIX, seed=3),
]


@dataclass(frozen=True)
class Material:
    """What is learnt from."""

    groups: Sequence[Group]
    likenesses: Sequence[Likeness]
    tokenizer: Tokenizer


def tune(
    base: Network, material: Material, recipe: Recipe, *, workers: int = 0, say: Callable[[str], None] = print
) -> Network:
    """A tuned copy, on the device of `base`, which stays as it is. `workers` processes prepare batches."""
    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)
    network = deepcopy(base).train()
    optimizer = _optimizer(network, recipe.rate)
    batches = Batches(material.groups, material.tokenizer, recipe.mix, recipe.pairs, recipe.seed)
    loader = DataLoader(batches, batch_size=None, num_workers=workers, prefetch_factor=8 if workers else None)
    total = 0.0
    for step, batch in zip(range(recipe.steps), loader, strict=False):
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * _share_of_rate(step, recipe.steps)
        loss = _loss(network, base, batch, recipe)
        if step % _LIKENESS_EVERY == 0:
            loss = loss + _LIKENESS_WEIGHT * _likeness_loss(network, material, chance)
        _learn(network, optimizer, loss)
        total += float(loss.detach())
        if (step + 1) % min(_REPORT_EVERY, recipe.steps) == 0:
            say(f"step {step + 1} of {recipe.steps}: loss {total / min(_REPORT_EVERY, recipe.steps):.3f}")
            total = 0.0
    return network.eval()


def _learn(network: Network, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()


def _loss(network: Network, base: Network, batch: Batch, recipe: Recipe) -> Tensor:
    device = network.places.device
    with _halved(device):
        vectors = network(batch.sentences.to(device))
        passages = network(batch.passages.to(device)) if batch.passages else None
    questions, meanings = vectors[: batch.pairs], vectors[batch.pairs :]
    alike = batch.same.to(device)
    tie = torch.zeros((), device=device)
    source = Source(batch.source)
    if recipe.tie or source in SAME_MEANING:
        with torch.no_grad(), _halved(device):
            before = base(batch.sentences.to(device))
        if source in SAME_MEANING:
            meant = before[batch.pairs : 2 * batch.pairs]
            alike = alike | (meant @ meant.T > SAME_MEANING[source])
        tie = recipe.tie * (1 - (vectors * before).sum(1)).mean()
    loss = contrast(questions, meanings, alike, recipe.warmth)
    loss = loss + _BACKWARD * contrast(meanings[: batch.pairs], questions, alike.T, recipe.warmth)
    if passages is not None:
        asked = questions[batch.answered.to(device)]
        alike = batch.same_passages.to(device)
        loss = loss + _TO_PASSAGES * contrast(asked, passages, alike, recipe.warmth)
    return loss + tie


def contrast(questions: Tensor, candidates: Tensor, alike: Tensor, warmth: float) -> Tensor:
    """Cross entropy of finding candidate i for question i.

    `alike`: bool[n, n]; where it is true, another of the first n candidates would be right as well, and isn't
    counted as wrong.
    """
    count = len(questions)
    own = torch.eye(count, dtype=torch.bool, device=questions.device)
    spared = functional.pad(alike & ~own, (0, len(candidates) - count))
    scores = (questions @ candidates.T / warmth).masked_fill(spared, _NEVER)
    return functional.cross_entropy(scores, torch.arange(count, device=questions.device))


def _likeness_loss(network: Network, material: Material, chance: random.Random) -> Tensor:
    """Grows with each two pairs of sentences whose order by cosine isn't that which people gave them."""
    device = network.places.device
    rows = chance.sample(material.likenesses, min(_LIKENESS_PAIRS, len(material.likenesses)))
    texts = [row.first for row in rows] + [row.second for row in rows]
    with _halved(device):
        vectors = network(padded(material.tokenizer, QUERY, texts, _LIKENESS_PIECES).to(device))
    cosines = (vectors[: len(rows)] * vectors[len(rows) :]).sum(1) / _LIKENESS_WARMTH
    given = torch.tensor([row.score for row in rows], device=device)
    wrong = (cosines[None] - cosines[:, None])[given[:, None] > given[None]]
    return torch.log1p(wrong.clamp(max=50).exp().sum()) / _LIKENESS_SCALE


def _share_of_rate(step: int, steps: int) -> float:
    cosine = 0.5 * (1 + math.cos(math.pi * step / steps))
    return min(1.0, (step + 1) / _WARMING) * (_LAST_RATE + (1 - _LAST_RATE) * cosine)


def _optimizer(network: Network, rate: float) -> torch.optim.Optimizer:
    matrices = [parameter for parameter in network.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in network.parameters() if parameter.ndim < 2]
    return torch.optim.AdamW(
        [{"params": matrices, "weight_decay": _DECAY}, {"params": others, "weight_decay": 0.0}],
        lr=rate,
        betas=(0.9, 0.98),
        fused=network.places.is_cuda,
    )


def _halved(device: torch.device) -> torch.autocast:
    """bfloat16 where there is a GPU."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda")
