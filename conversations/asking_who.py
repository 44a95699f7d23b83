"""Whether somebody asks who is in charge of a duty: "빅카인즈 오류는 누가 담당하나요".

The examples of the dialogue can't hold every duty, and the more a question says of one, the less it is like
them. So the way of asking is told by its words, and the duty by meaning.
"""

from __future__ import annotations

import re
from typing import Final

from faq.understanding import Understanding

CLEAR_DUTY: Final = 4.5
"""From this score (standard deviations, `faq.departments`) on a message names a duty, and not just anything.

Chosen with both in sight: of the sample's 65 duties in six wordings, 389 of 390 reach it; of 7,173 labelled
questions with the words of asking, three do, and no entry answers any of these.
"""
_WHO: Final = r"(누구|누군|누가|어느\s*분|어디|연락처|전화\s*번호|번호|내선)"
_ASKS: Final = re.compile(
    rf"담당(자|하시는\s*분|하는\s*분|\s*부서|\s*팀|\s*직원)?(이|가|은|는|의|을|를)?\s*{_WHO}"
    r"|누가\s*(담당|맡)"
    r"|누가\s+[^.?!\n]{1,25}\s담당(이|하|인)"
    r"|담당(자|\s*직원)?(의)?\s*(이름|성함)(이|은)?\s*(뭐|무엇|어떻게|누구)"
    r"|(어느|어떤|무슨)\s*(부서|팀)(이|가|에서|에|로|으로)?\s*(담당|소관|맡|신청|문의|물어|하|해)"
)


def asks_who(text: str, understanding: Understanding) -> bool:
    """Whether a message that no entry answers asks who does what, and names a duty that somebody has."""
    if understanding.intent not in {"unknown", "choices"} or not understanding.departments:
        return False
    return understanding.departments[0][1] >= CLEAR_DUTY and bool(_ASKS.search(text))
