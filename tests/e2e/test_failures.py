"""Processes killed in mid-conversation, messages twice or at once: nothing is lost, nothing done twice."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from sqlalchemy import ColumnElement, func, select

from conversations.models import Message, OutboxItem
from core.database import Database
from tests.e2e.installation import Installation, eventually
from tests.e2e.people import NUMBER, UNKNOWN, Citizen, KakaoCitizen

SAME = {"id": "the-same-at-once", "text": "복사기 써도 되나요?"}


def half_fill(kakao: KakaoCitizen) -> None:
    """A form that waits for the telephone number."""
    kakao.say(UNKNOWN)
    kakao.press("문의 접수하기")
    kakao.press("동의합니다")
    assert "전화번호" in kakao.say("한결").text


def test_a_form_goes_on_after_rasa_was_killed_in_the_middle_of_it(
    kakao: KakaoCitizen, house: Installation
) -> None:
    half_fill(kakao)
    house.rasa.kill()
    assert "다시 보내 주십시오" in kakao.say("010-8765-4321").text
    house.rasa.start()
    house.rasa.wait_until_ready()
    assert "회신" in kakao.say("010-8765-4321").text
    assert NUMBER.search(kakao.press("네").text)


def test_a_ticket_that_a_hanging_rasa_opened_late_is_told_with_the_next_message(
    kakao: KakaoCitizen, house: Installation
) -> None:
    half_fill(kakao)
    kakao.say("010-8765-4321")
    before = waiting(house)
    house.rasa.send(signal.SIGSTOP)
    try:
        assert "늦어지고" in kakao.press("네").text
    finally:
        house.rasa.send(signal.SIGCONT)
    assert eventually(lambda: waiting(house) > before, 20)
    told = kakao.say("고맙습니다")
    assert NUMBER.search(told.texts[0])
    assert told.texts[1].startswith("도움이 되었다니 기쁩니다.")


def waiting(house: Installation) -> int:
    """How many messages wait for their citizens to come back."""
    return count(house, OutboxItem.state == "waits")


def restart_web(house: Installation) -> None:
    """Kill it without a word, and start it again."""
    house.web.kill()
    house.web.start()
    house.web.wait_until_ready()


def test_a_conversation_and_a_half_filled_form_go_on_after_the_web_process_was_killed(
    kakao: KakaoCitizen, citizen: Citizen, house: Installation
) -> None:
    citizen.say("복사기 써도 되나요?")
    half_fill(kakao)
    restart_web(house)
    assert "회신" in kakao.say("010-8765-4321").text
    done = kakao.press("네").text
    assert NUMBER.search(done)
    assert [said["kind"] for said in citizen.history()] == ["text", "answer", "feedback"]
    assert citizen.say("아니요").kinds == ["offer"]


def unanswered(house: Installation) -> int:
    """How many messages are stored without their replies."""
    return count(house, Message.handled.is_(False))


def count(house: Installation, condition: ColumnElement[bool]) -> int:
    """Rows of the database of which this is true."""
    database = Database(house.settings.resolved_database_url)
    with database.session() as session:
        found = session.scalar(select(func.count()).where(condition))
    database.close()
    return found or 0


def test_a_message_that_the_killed_process_left_unanswered_is_answered_once(
    citizen: Citizen, house: Installation
) -> None:
    message = {"id": "left-unanswered", "text": "복사기 써도 되나요?"}
    with ThreadPoolExecutor(1) as pool:
        house.rasa.send(signal.SIGSTOP)
        try:
            cut_off = pool.submit(citizen.post, "messages", message)
            stored = eventually(lambda: unanswered(house), 2)
            house.web.kill()
        finally:
            house.rasa.send(signal.SIGCONT)
        assert stored
        assert isinstance(cut_off.exception(), httpx.TransportError)
    house.web.start()
    house.web.wait_until_ready()
    assert eventually(lambda: not unanswered(house))
    assert [said["kind"] for said in citizen.history()] == ["text", "answer", "feedback"]
    again = citizen.post("messages", message).json()["replies"]
    assert again == citizen.history()[1:]
    assert len(again) == 2


# Twice, and at once


def test_the_same_message_delivered_twice_is_handled_once(citizen: Citizen) -> None:
    first = citizen.say("복사기 써도 되나요?", message_id="the-same-message")
    second = citizen.say("복사기 써도 되나요?", message_id="the-same-message")
    assert first.replies == second.replies
    assert len(citizen.history()) == 3


def test_the_same_message_delivered_twice_at_once_is_handled_once(citizen: Citizen) -> None:
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: citizen.post("messages", SAME).json()["replies"], range(4)))
    assert told[1:] == told[:-1]
    assert len(citizen.history()) == 3


def test_a_skill_call_repeated_by_kakao_moves_the_form_one_step(kakao: KakaoCitizen) -> None:
    half_fill(kakao)
    first = kakao.say("010-8765-4321", request_id="repeated")
    second = kakao.say("010-8765-4321", request_id="repeated")
    assert first.texts == second.texts
    assert NUMBER.search(kakao.press("네").text)


def test_messages_sent_at_once_are_answered_one_after_the_other(citizen: Citizen, unsure: str) -> None:
    expected = {"복사기 써도 되나요?": "answer", UNKNOWN: "offer", "안녕하세요": "text", unsure: "choices"}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(Citizen.say, [citizen] * 8, [*expected, *expected]))
    turns = [list(turn) for turn in _turns(citizen.history())]
    assert len(turns) == 8
    assert all(replies[0]["kind"] == expected[asked["text"]] for asked, *replies in turns)


def _turns(history: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Each message of the citizen with what directly follows it."""
    starts = [place for place, said in enumerate(history) if said["author"] == "citizen"]
    for begin, end in itertools.pairwise([*starts, len(history)]):
        yield history[begin:end]


def test_two_steps_of_a_form_sent_at_once_are_both_taken(kakao: KakaoCitizen, house: Installation) -> None:
    kakao.say(UNKNOWN)
    kakao.press("문의 접수하기")
    kakao.press("동의합니다")
    with ThreadPoolExecutor(2) as pool:
        house.rasa.send(signal.SIGSTOP)  # the second comes while the first is at work
        try:
            name = pool.submit(kakao.call, "한결")
            assert eventually(lambda: unanswered(house), 2)
            phone = pool.submit(kakao.call, "010-8765-4321")
            time.sleep(0.5)
        finally:
            house.rasa.send(signal.SIGCONT)
    assert "전화번호" in name.result().text
    assert "회신" in phone.result().text
    assert NUMBER.search(kakao.say("네").text)
