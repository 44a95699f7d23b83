import pytest
import torch

from tests.training.toy import GROUPS, toy_network, toy_tokenizer
from training.batches import padded
from training.groups import Likeness, Source
from training.network import QUERY
from training.tune import RUNS, Material, Recipe, contrast, tune

MATERIAL = Material(
    GROUPS, [Likeness("불 꺼", "전등 꺼 줘", 5.0), Likeness("불 꺼", "대관 신청", 0.0)], toy_tokenizer()
)
MIX = {Source.FAQ: 0.7, Source.PARAPHRASES: 0.3}
NONE_ALIKE = torch.zeros(2, 2, dtype=torch.bool)


def cosine(network: torch.nn.Module, first: str, second: str) -> float:
    with torch.no_grad():
        vectors = network(padded(toy_tokenizer(), QUERY, [first, second], 48))
    return float(vectors[0] @ vectors[1])


def test_tuning_brings_what_means_the_same_together_and_leaves_the_base_as_it_was() -> None:
    base = toy_network()
    before = base.places.detach().clone()
    reports: list[str] = []
    recipe = Recipe(rate=2e-3, warmth=0.1, tie=0.0, mix=MIX, seed=1, steps=60, pairs=3)
    tuned = tune(base, MATERIAL, recipe, say=reports.append)

    def apart(network: torch.nn.Module) -> float:
        return cosine(network, "대관 하려면", "빌리고 싶어") - cosine(network, "대관 하려면", "언제 닫아")

    assert apart(tuned) > apart(base) + 0.2
    assert torch.equal(base.places, before)
    assert not tuned.training
    assert reports[-1].startswith("step 60 of 60")


def test_a_tie_keeps_the_network_near_to_what_it_was() -> None:
    base = toy_network()

    def way(tie: float) -> float:
        recipe = Recipe(rate=1e-3, warmth=0.1, tie=tie, mix=MIX, seed=1, steps=20, pairs=3)
        tuned = tune(base, MATERIAL, recipe, say=lambda _: None)
        with torch.no_grad():
            texts = padded(toy_tokenizer(), QUERY, [text for group in GROUPS for text in group.texts], 48)
            return float((1 - (base(texts) * tuned(texts)).sum(1)).mean())

    assert way(50.0) < way(0.0)


def test_the_right_candidate_costs_less_than_the_wrong_one() -> None:
    vectors = torch.eye(2)
    right = contrast(vectors, vectors, NONE_ALIKE, 0.1)
    assert right < 0.01 < contrast(vectors, vectors.flip(0), NONE_ALIKE, 0.1)


def test_a_candidate_that_would_be_right_as_well_costs_nothing() -> None:
    questions = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    counted = contrast(questions, questions, NONE_ALIKE, 0.1)
    spared = contrast(questions, questions, ~NONE_ALIKE, 0.1)
    assert float(counted) == pytest.approx(0.693, abs=0.01)
    assert float(spared) == pytest.approx(0, abs=0.01)


def test_each_run_of_the_recipe_draws_its_whole_text_from_known_sources() -> None:
    for run in RUNS:
        assert sum(run.mix.values()) == pytest.approx(1)
    assert len({run.seed for run in RUNS}) == len(RUNS)
