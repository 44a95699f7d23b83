"""What a citizen tells about themselves stands in no log, in no tracker, and nowhere in plain text."""

from __future__ import annotations

import signal
from collections.abc import Callable

from tests.e2e.installation import Installation
from tests.e2e.people import Citizen, KakaoCitizen

NAME, PHONE, EMAIL = "옥빛누리", "010-2839-4657", "okbit.nuri@example.kr"
MATTER = "지난달에 맡긴 파란 우산의 행방"
SECRETS = [
    *(text.encode(code) for text in (NAME, EMAIL, MATTER) for code in ("utf-8", "utf-16-le")),
    *(ascii(text)[1:-1].encode() for text in (NAME, MATTER)),
    *(phone.encode() for phone in (PHONE, PHONE.replace("-", ""), PHONE.replace("-", " "))),
    PHONE[1:].replace("-", "").encode(),  # +82 10…
]


def live_through_everything(house: Installation, make_citizen: Callable[[], Citizen]) -> None:
    """Tell name, telephone and e-mail in every place where one can."""
    citizen, kakao = make_citizen(), KakaoCitizen(house)
    citizen.say(f"제 번호는 {PHONE}이고 메일은 {EMAIL}입니다. 복사기 써도 되나요?")
    citizen.say(f"신청 건이 어떻게 되었는지 {PHONE.replace('-', '')}로 알려 주세요")
    form = citizen.say("접수", "open_ticket").replies[0]["data"]
    filled = {"id": "a-private-form", "name": NAME, "phone": PHONE, "email": EMAIL, "matter": MATTER}
    consent = {"reply_needed": True, "consent_version": form["consent"]["version"]}
    number = citizen.post("tickets", filled | consent).json()["replies"][0]["data"]["number"]
    citizen.post("tickets", {**filled, "id": "a-wrong-form!", "phone": f"{PHONE}-0"})
    citizen.http.post("messages", content=f'{{"id": 1, "text": "{NAME} {PHONE}"')
    for words in ("접수번호로 조회", number, PHONE):
        citizen.say(words)
    for words in ("상담원 연결", "문의 접수하기", "동의합니다", NAME, f"{PHONE}0", PHONE, MATTER):
        kakao.say(words)
    house.rasa.send(signal.SIGSTOP)
    kakao.say(f"네. {PHONE}입니다")
    citizen.say(f"제 번호는 {PHONE}입니다", "no-such-payload")
    house.rasa.send(signal.SIGCONT)
    kakao.say("네")


def test_personal_data_stands_nowhere_in_plain_text(
    house: Installation, another: Callable[[], Citizen]
) -> None:
    live_through_everything(house, another)
    files = [path for path in house.data_dir.rglob("*") if path.is_file()]
    assert {"web.log", "rasa.log", "rasa.sqlite3", "eungdae.sqlite3"} <= {path.name for path in files}
    found = [(path.name, secret) for path in files for secret in SECRETS if secret in path.read_bytes()]
    assert found == []
