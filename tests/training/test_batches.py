from random import Random

import pytest

from tests.training.toy import GROUPS, toy_tokenizer
from training.batches import Batches, by_cluster, draw
from training.groups import Source

FAQ = by_cluster(GROUPS)[Source.FAQ]


def test_a_question_stands_beside_another_wording_of_its_own_group() -> None:
    chance = Random(3)
    untyped = [group for group in GROUPS if group.source == Source.PARAPHRASES]
    for _ in range(30):
        drawn = draw([[group] for group in untyped], 2, chance)
        for question, meaning in zip(drawn.questions, drawn.meanings, strict=True):
            (group,) = (group for group in untyped if meaning in group.texts)
            assert question != meaning
            assert all(question not in other.texts for other in untyped if other is not group)


def test_what_is_easily_confused_meets_in_one_batch() -> None:
    parking = [group for group in GROUPS if group.cluster == "주차"]
    for seed in range(20):
        drawn = draw([parking], 2, Random(seed))
        assert all(any(meaning in group.texts for meaning in drawn.meanings) for group in parking)


def test_no_group_stands_twice_in_a_batch_however_large() -> None:
    drawn = draw(FAQ, 100, Random(1))
    assert len(drawn.questions) == 3


def test_an_answer_stands_behind_its_title_and_knows_its_question() -> None:
    drawn = draw(FAQ, 3, Random(1))
    for place, passage in zip(drawn.answered, drawn.passages, strict=True):
        group = next(group for group in GROUPS if drawn.meanings[place] in group.texts)
        assert passage == f"{group.texts[0]} {group.answer}"


def test_a_batch_has_questions_meanings_and_misses_below_each_other() -> None:
    batch = next(iter(Batches(GROUPS, toy_tokenizer(), {Source.FAQ: 1.0}, pairs=3, seed=1)))
    assert batch.pairs == 3
    assert len(batch.sentences.ids) >= 6
    assert batch.passages is not None
    assert batch.same.diagonal().all()


def test_the_same_seed_gives_the_same_batch() -> None:
    first, second = (
        next(iter(Batches(GROUPS, toy_tokenizer(), {Source.FAQ: 1.0}, pairs=3, seed=7))) for _ in range(2)
    )
    assert first.sentences.ids.equal(second.sentences.ids)


def test_a_source_without_groups_is_refused() -> None:
    with pytest.raises(KeyError):
        next(iter(Batches(GROUPS, toy_tokenizer(), {Source.PAIRS: 1.0}, pairs=2, seed=1)))
