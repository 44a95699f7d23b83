import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from training.groups import BadLine, Source, likenesses, own_groups, public_groups

ENTRY = {
    "cluster": "parking",
    "question": "주차 요금",
    "answer": "한 시간에 1,000원입니다.",
    "paraphrases": ["주차비가 얼마예요?", "차 대는 데 얼마"],
    "near_misses": ["주차장은 몇 시에 닫나요?"],
}
PUBLIC: dict[str, list[dict[str, Any]]] = {
    "kqc": [{"texts": ["불 꺼", "전등 꺼 줘"]}],
    "sae4k": [{"utterance": "내일 비가 오는지 알려 줘", "keyphrase": "내일 비 오는지"}],
    "klue_nli": [{"anchor": "방이 넓다", "positive": "방이 크다", "negative": "방이 좁다"}],
    "question_pair": [
        {"sentence1": "가", "sentence2": "나", "same": True},
        {"sentence1": "다", "sentence2": "나", "same": True},
        {"sentence1": "가", "sentence2": "라", "same": False},
        {"sentence1": "마", "sentence2": "바", "same": True},
    ],
    "korsts": [{"sentence1": "비가 온다", "sentence2": "비가 내린다", "score": 4.8}],
}


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    for name, rows in PUBLIC.items():
        with gzip.open(tmp_path / f"{name}_part.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def write(folder: Path, *lines: str, name: str = "civil.jsonl") -> Path:
    (folder / name).write_text("\n".join(lines), "utf-8")
    return folder


def test_an_entry_is_one_group_with_its_title_first(tmp_path: Path) -> None:
    (group,) = own_groups(write(tmp_path, json.dumps(ENTRY)))
    assert group.source == Source.FAQ
    assert group.texts == ("주차 요금", "주차비가 얼마예요?", "차 대는 데 얼마")
    assert group.near_misses == ("주차장은 몇 시에 닫나요?",)
    assert group.cluster == "civil:parking"


def test_small_talk_is_a_source_of_its_own(tmp_path: Path) -> None:
    (group,) = own_groups(write(tmp_path, json.dumps({**ENTRY, "answer": ""}), name="daily.jsonl"))
    assert group.source == Source.DAILY


@pytest.mark.parametrize(
    "line",
    [
        "{not json",
        "[]",
        json.dumps({**ENTRY, "question": " "}),
        json.dumps({**ENTRY, "paraphrases": ["하나뿐"]}),
        json.dumps({**ENTRY, "paraphrases": [1, 2]}),
        json.dumps({**ENTRY, "title": "낯선 열"}),
        json.dumps({key: value for key, value in ENTRY.items() if key != "cluster"}),
    ],
)
def test_a_bad_line_is_refused_with_its_place(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadLine, match=r"civil\.jsonl, line 2"):
        own_groups(write(tmp_path, json.dumps(ENTRY), line))


def test_the_text_in_the_repository_can_all_be_read() -> None:
    groups = own_groups()
    assert len(groups) > 3000
    assert {group.source for group in groups} == {Source.FAQ, Source.DAILY}


def test_the_public_sets_become_groups(sets: Path) -> None:
    found = {group.texts: group for group in public_groups(sets)}
    assert found["불 꺼", "전등 꺼 줘"].source == Source.PARAPHRASES
    assert found["방이 넓다", "방이 크다"].near_misses == ("방이 좁다",)
    assert likenesses(sets)[0].score == 4.8


def test_pairs_that_share_a_sentence_are_one_group(sets: Path) -> None:
    pairs = [group for group in public_groups(sets) if group.source == Source.PAIRS]
    assert [sorted(group.texts) for group in pairs] == [["가", "나", "다"], ["마", "바"]]
    assert pairs[0].near_misses == ("라",)


def test_a_missing_set_is_named(sets: Path) -> None:
    (sets / "sae4k_part.jsonl.gz").unlink()
    with pytest.raises(FileNotFoundError, match="sae4k"):
        public_groups(sets)


def test_a_broken_set_is_named(sets: Path) -> None:
    (sets / "korsts_part.jsonl.gz").write_bytes(gzip.compress(b"{"))
    with pytest.raises(BadLine, match="korsts_part"):
        likenesses(sets)
