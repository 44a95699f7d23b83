"""The figures of `eungdae evaluate` mean what they say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from embeddings.hashing import HashingEncoder
from faq import evaluation
from faq.evaluation import EvaluationError, ForeignIndex, Outcome, read_queries, read_rows

INDEX = [
    {"id": "a", "question": "복사기를 써도 되나요?", "answer": "무료입니다."},
    {"id": "b", "question": "수수료는 얼마인가요?", "answer": None},
    {"id": 3, "question": "주차할 곳이 있습니까", "answer": "없습니다."},
]


def outcome(gold: list[str], found: list[str], confidence: float, answered: bool = False) -> Outcome:
    return Outcome("q", gold, found, confidence, answered)


def nobody(_name: str, _done: int, _total: int) -> None:
    pass


def test_ranking_counts_in_scope_questions_alone() -> None:
    figures = evaluation.report(
        [
            outcome(["a"], ["a", "b"], 0.9),
            outcome(["a"], ["b", "x", "a"], 0.8),
            outcome(["a"], ["b"], 0.7),
            outcome([], ["b"], 0.1),
        ]
    )
    assert figures["queries"] == 4
    assert (figures["top1"], figures["top3"]) == (0.3333, 0.6667)
    assert figures["mrr"] == pytest.approx((1 + 1 / 3) / 3, abs=1e-4)
    assert figures["auroc"] == 1.0


def test_wrong_answers_and_answers_out_of_scope_are_wrong() -> None:
    figures = evaluation.report(
        [
            outcome(["a"], ["a"], 0.9, True),
            outcome(["a"], ["b"], 0.9, True),
            outcome([], ["b"], 0.9, True),
            outcome(["a"], ["a"], 0.1),
        ]
    )
    assert figures["answered_share"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["wrong_share"] == pytest.approx(2 / 3, abs=1e-4)


def test_the_longest_good_prefix_is_counted() -> None:
    good = [outcome(["a"], ["a"], 1 - i / 1000) for i in range(98)]
    bad = [outcome([], ["a"], 0.5 - i / 1000) for i in range(4)]
    assert evaluation.report(good + bad)["right_at_2pct_wrong"] == 1.0
    assert evaluation.report(bad + good[:1])["right_at_2pct_wrong"] == 1.0


def test_sets_with_one_side_have_no_auroc_and_empty_ones_no_shares() -> None:
    assert evaluation.report([outcome(["a"], ["a"], 1)])["auroc"] is None
    assert evaluation.report([])["top1"] == 0.0


def test_equal_confidences_are_worth_half() -> None:
    assert evaluation.report([outcome(["a"], ["a"], 0.5), outcome([], ["a"], 0.5)])["auroc"] == 0.5


def test_a_foreign_index_is_searched_like_our_own() -> None:
    encoder = HashingEncoder()
    seen: list[tuple[str, int, int]] = []
    engine = ForeignIndex(INDEX, evaluation.encode_with_progress(encoder, lambda *a: seen.append(a)), 0.05)
    queries = read_queries(
        [
            {"qid": "1", "query": "복사기를 써도 되나요", "gold": ["a"]},
            {"qid": "2", "query": "주차할 곳 있나요", "gold": ["3"]},
            {"qid": "3", "query": "😀", "gold": []},
        ]
    )
    outcomes = evaluation.run(engine, encoder, queries, nobody)
    assert [o.found[:1] for o in outcomes] == [["a"], ["3"], []]
    assert (outcomes[0].answered, outcomes[0].confidence) == (True, 1.0)
    assert outcomes[2].answered is False
    assert seen[-1] == ("색인", 6, 6)
    assert len(list(evaluation.per_query(outcomes))) == 3


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"question": "가"}], "색인 1: 'id'"),
        ([{"id": "a", "question": " "}], "색인 1: 'id'와 'question'"),
        ([INDEX[0], INDEX[0]], "색인 2: id가 이미 있습니다: a"),
    ],
)
def test_a_bad_index_row_is_named(rows, message) -> None:
    with pytest.raises(EvaluationError, match=message):
        ForeignIndex(rows, evaluation.encode_with_progress(HashingEncoder(), nobody), 0.05)


def test_a_bad_line_is_named() -> None:
    def lines() -> Iterator[str]:
        yield '{"qid": 1}\n'
        yield "\n"
        yield "{oops\n"

    with pytest.raises(EvaluationError, match=r"q\.jsonl:3: JSON이 아닙니다"):
        list(read_rows(lines(), "q.jsonl"))
    with pytest.raises(EvaluationError, match=r"q\.jsonl:1: JSON 객체가"):
        list(read_rows(["[1]"], "q.jsonl"))
    with pytest.raises(EvaluationError, match="질문 1: 'query'"):
        read_queries([{"qid": 1}])
