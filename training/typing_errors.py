"""Writes a Korean sentence as hurried people do, and turns one into another that only looks like it."""

from __future__ import annotations

import re
from random import Random

_LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_TAILS = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]
_KEYBOARD = ["ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", "ㅋㅌㅊㅍㅠㅜㅡ"]
_AROUND = [(0, -1), (0, 1), (-1, 0), (-1, 1), (1, 0), (1, -1)]
# Vowels and final consonants that sound alike, so that people write one for the other.
_LIKE_VOWELS = {
    "ㅐ": "ㅔ", "ㅔ": "ㅐ", "ㅚ": "ㅙ", "ㅙ": "ㅚㅞ", "ㅞ": "ㅙ", "ㅢ": "ㅣㅡ",
    "ㅖ": "ㅔ", "ㅒ": "ㅐ", "ㅟ": "ㅣ", "ㅕ": "ㅓ", "ㅛ": "ㅗ",
}  # fmt: skip
_LIKE_TAILS = {
    "ㅆ": ["ㅅ", ""], "ㄶ": ["ㄴ"], "ㅀ": ["ㄹ"], "ㅄ": ["ㅂ"], "ㄺ": ["ㄱ"], "ㄻ": ["ㅁ"], "ㅎ": ["", "ㅅ"],
    "ㅌ": ["ㅅ"], "ㅊ": ["ㅅ"], "ㅍ": ["ㅂ"], "ㄵ": ["ㄴ"], "ㄲ": ["ㄱ"], "ㄷ": ["ㅅ"], "ㅈ": ["ㅅ"],
}  # fmt: skip
_LONG = 14  # characters: from here on people slip twice

_NUMBER = re.compile(
    r"\d+|(?<![가-힣])(?:한|두|세|네|첫|둘|셋|일|이|삼|사|오)(?=\s?(?:번|개|명|살|달|주|시간|학년|차|째|호|층))"
)
_NEXT = dict(zip("한두세네첫둘셋일이삼사오", "두세네두둘셋둘이삼사오육", strict=True))
_SWAPS = """
전화-팩스 팩스-이메일 이메일-전화 신청-취소 취소-변경 등록-해지 온라인-방문
방문-우편 어린이-성인 아이-어른 학생-교직원 오전-오후 평일-주말 월요일-목요일
화요일-금요일 토요일-일요일 시작-종료 입금-출금 오늘-내일 내일-모레 올해-작년
엄마-아빠 남편-아내 여자-남자 무료-유료 개인-단체 국내-해외 발급-반납 입장-퇴장
전입-전출 켜-꺼 서울-부산 부산-대구 비싼-싼 많이-적게 언제-어디서 어디-언제
얼마-언제
"""
_OTHER = [swap.split("-") for swap in _SWAPS.split()]


def mistyped(text: str, chance: Random) -> str:
    """The sentence without spaces, with wrong ones, with slips of the finger or with errors of spelling."""
    kind = chance.random()
    if kind < 0.35:
        return text.replace(" ", "")
    if kind < 0.5:
        return _misspaced(text, chance)
    if kind < 0.75:
        return _slipped(text, chance, 1 if len(text) < _LONG else chance.choice((1, 2)))
    if kind < 0.95:
        return _misspelled(text, chance, chance.choice((1, 2)))
    return _slipped(text.replace(" ", ""), chance, 1)


def near_miss(text: str, chance: Random) -> str | None:
    """The sentence with another number, or another thing in it; None where there is nothing to change."""
    numbers = list(_NUMBER.finditer(text))
    if numbers and chance.random() < 0.8:
        found = chance.choice(numbers)
        number = found.group()
        other = _NEXT.get(number) or str(max(1, int(number) + chance.choice((-2, -1, 1, 2, 5, 10))))
        if other != number:
            return text[: found.start()] + other + text[found.end() :]
    swaps = [(here, there) for here, there in _OTHER if here in text and there not in text]
    return text.replace(*chance.choice(swaps), 1) if swaps else None


def _misspaced(text: str, chance: Random) -> str:
    written: list[str] = []
    for character in text:
        if character == " ":
            if chance.random() < 0.5:
                continue
        elif written and written[-1] != " " and chance.random() < 0.1:
            written.append(" ")
        written.append(character)
    return "".join(written).strip()


def _slipped(text: str, chance: Random, times: int) -> str:
    """The finger meets a neighbouring key of the same kind, so the syllable stays one."""
    letters, done = list(text), 0
    for place in _syllables(letters, chance):
        if done == times:
            break
        parts = list(_taken_apart(letters[place]))
        which = chance.randrange(3 if parts[2] else 2)
        keys = [key for key in _NEIGHBOURS.get(parts[which], "") if (key in _VOWELS) == (which == 1)]
        if keys:
            parts[which] = chance.choice(keys)
            letters[place], done = _put_together(*parts), done + 1
    return "".join(letters)


def _misspelled(text: str, chance: Random, times: int) -> str:
    letters, done = list(text), 0
    for place in _syllables(letters, chance):
        if done == times:
            break
        lead, vowel, tail = _taken_apart(letters[place])
        if tail in _LIKE_TAILS and chance.random() < 0.6:
            letters[place] = _put_together(lead, vowel, chance.choice(_LIKE_TAILS[tail]))
        elif vowel in _LIKE_VOWELS:
            letters[place] = _put_together(lead, chance.choice(_LIKE_VOWELS[vowel]), tail)
        elif not _run_on(letters, place):
            continue
        done += 1
    return "".join(letters)


def _run_on(letters: list[str], place: int) -> bool:
    """Write the final consonant where it is heard, at the beginning of the next syllable, if it can be."""
    lead, vowel, tail = _taken_apart(letters[place])
    if tail not in _LEADS or tail in {"", "ㅇ"} or not _is_syllable("".join(letters[place + 1 : place + 2])):
        return False
    next_lead, *rest = _taken_apart(letters[place + 1])
    if next_lead != "ㅇ":
        return False
    letters[place : place + 2] = [_put_together(lead, vowel, ""), _put_together(tail, *rest)]
    return True


def _syllables(letters: list[str], chance: Random) -> list[int]:
    places = [place for place, letter in enumerate(letters) if _is_syllable(letter)]
    chance.shuffle(places)
    return places


def _is_syllable(letter: str) -> bool:
    return "가" <= letter <= "힣"


def _taken_apart(syllable: str) -> tuple[str, str, str]:
    number = ord(syllable) - ord("가")
    return _LEADS[number // 588], _VOWELS[number % 588 // 28], _TAILS[number % 28]


def _put_together(lead: str, vowel: str, tail: str) -> str:
    return chr(ord("가") + _LEADS.index(lead) * 588 + _VOWELS.index(vowel) * 28 + _TAILS.index(tail))


def _neighbours() -> dict[str, str]:
    keys = {(row, column): key for row, line in enumerate(_KEYBOARD) for column, key in enumerate(line)}
    return {
        key: "".join(keys.get((row + down, column + right), "") for down, right in _AROUND)
        for (row, column), key in keys.items()
    }


_NEIGHBOURS = _neighbours()
