"""Which department is meant: a topic that is asked for often is still a topic."""

from __future__ import annotations

import pytest

from embeddings.hashing import HashingEncoder
from faq.departments import Departments
from faq.lexical import morphemes
from faq.rows import Row

DUTIES = {
    "ads": ["정부광고기획팀", "정부광고 의뢰 접수", "정부광고 수수료 안내"],
    "help": ["고객지원팀", "민원 상담", "담당 부서 연결"],
}
ASKING = ["담당자 전화번호", "담당 부서가 어디예요", "정부광고 담당자 전화번호", "정부광고 담당 부서"]


@pytest.fixture(scope="module")
def departments() -> Departments:
    rows = [Row(duty, f"department:{name}", "duty") for name, duties in DUTIES.items() for duty in duties]
    asking = [Row(text, "intent:find_staff", "example") for text in ASKING]
    return Departments(rows, HashingEncoder().encode_passages([row.text for row in rows]), asking)


@pytest.mark.parametrize("text", ["정부광고 담당자 전화번호", "정부광고 담당이 누구인지"])
def test_a_topic_is_found_although_the_examples_of_asking_are_full_of_it(
    departments: Departments, text: str
) -> None:
    ranked = departments.rank(HashingEncoder().encode_queries([text])[0], morphemes(text))
    assert ranked[0][0] == "ads"


def test_words_of_asking_alone_name_no_department(departments: Departments) -> None:
    text = "담당 부서 전화번호"
    assert departments.rank(HashingEncoder().encode_queries([text])[0], morphemes(text)) == ()
