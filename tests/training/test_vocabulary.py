from collections import Counter
from pathlib import Path

import pytest

from tests.training.toy import toy_tokenizer
from training.vocabulary import MARKS, SPACE, english_uses, keep, make_tokenizer
from training.wheel import Wheel

RARE = ["이름"] * 6000  # whatever stands behind the frequent words


@pytest.mark.parametrize("piece", ["신청", f"{SPACE}주차", "12", "?", SPACE, "x", "民", "あ", "→"])
def test_what_korean_text_is_written_with_stays(piece: str) -> None:
    assert len(keep([*MARKS, piece], Counter())) == 5


@pytest.mark.parametrize("piece", ["привет", "民生", "ありがとう", "سلام", "<mask>", "é"])
def test_other_languages_go(piece: str) -> None:
    assert keep([*MARKS, piece], Counter()) == [0, 1, 2, 3]


def test_a_rare_latin_word_stays_only_where_english_uses_it() -> None:
    pieces = [*MARKS, *RARE, f"{SPACE}password", f"{SPACE}Strasse"]
    kept = keep(pieces, Counter({f"{SPACE}password": 9}))
    assert len(pieces) - 2 in kept
    assert len(pieces) - 1 not in kept


def test_english_is_counted_in_text_files_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "guide.md").write_text("open open open the door")
    (tmp_path / "code.py").write_text("door door door door")
    pieces = [*MARKS, SPACE, f"{SPACE}open", "d", "o", "r", *"pentPENOhe"]
    uses = english_uses(pieces, [-1.0] * len(pieces), tmp_path)
    assert uses[f"{SPACE}open"] >= 3
    assert uses["d"] == 0


def test_spaces_and_invisible_characters_make_no_difference() -> None:
    tokenizer = toy_tokenizer()
    plain = tokenizer.encode("주차 요금").ids
    assert tokenizer.encode("  주차\t \u200b요금 ").ids == plain
    assert (plain[0], plain[-1]) == (0, 2)


def test_an_unknown_letter_is_one_unknown_piece() -> None:
    assert make_tokenizer([*MARKS, SPACE], [-1.0] * 5).encode("힣").ids[-2] == 3


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"RIFF" + bytes(60))
    with pytest.raises(ValueError, match=r"x\.bin"):
        Wheel(tmp_path / "x.bin")
