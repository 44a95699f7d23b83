"""What staff do from their own messenger: the same steps as in the console, with the same rights."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import func, select

from channels import protocol
from channels.protocol import Channel, HasStaffRoom, StaffAct, StaffRoom
from conversations.announcements import Announcements
from conversations.casework import Casework
from conversations.clerk import found
from core.database import Database
from core.errors import Conflict, EungdaeError, Forbidden, Invalid
from core.threads import in_thread
from desk import directory, states, steps, tickets
from desk.models import Staff

_STRANGER: Final = "직원 명부에 이 계정의 전자우편이 없습니다. 관리자에게 등록을 요청해 주십시오."
_MAY_NOT: Final = "이 계정은 답변할 수 없습니다. 내용을 보기만 할 수 있습니다."
_LATE: Final = "아직 처리하고 있습니다. 잠시 후 콘솔에서 결과를 확인해 주십시오."


class StaffActs:
    """Takes acts of staff from every channel that has a room for them."""

    def __init__(
        self, database: Database, casework: Casework, announced: Announcements,
        channels: Mapping[str, Channel],
    ) -> None:  # fmt: skip
        self._database = database
        self._casework = casework
        self._announced = announced
        self._channels = channels
        self._under_way: set[asyncio.Task[Mapping[str, Any]]] = set()

    async def take(self, act: StaffAct, seconds: float) -> Mapping[str, Any]:
        """Do it, or say why not to whoever acts; returns the body that answers the request.

        What takes longer than `seconds` goes on: a dialog stays open, so that no answer is typed in vain.
        """
        channel = self._channels[act.channel]
        if not isinstance(channel, HasStaffRoom):
            return {}
        task = asyncio.create_task(self._handle(channel.staff, act))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        done, _ = await asyncio.wait([task], timeout=seconds)
        if done:
            return task.result()
        return await channel.staff.refuse(act, _LATE) if act.act == protocol.ANSWER else {}

    async def drain(self) -> None:
        """Wait until everything under way is done."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _handle(self, room: StaffRoom, act: StaffAct) -> Mapping[str, Any]:
        try:
            staff_id = await in_thread(self._staff_of, await room.email_of(act.actor))
            await self._do(room, act, staff_id)
        except EungdaeError as error:
            return await room.refuse(act, error.message)
        return {}

    async def _do(self, room: StaffRoom, act: StaffAct, staff_id: str) -> None:
        match act.act:
            case protocol.CLAIM:
                await self._casework.claim(act.number, staff_id)
            case protocol.WRITE:
                await room.ask(act, *await in_thread(self._ready, act.number, staff_id))
            case protocol.ANSWER:
                await self._casework.answer(act.number, staff_id, act.text, seen=act.seen)
            case _:
                raise Invalid("여기에서 할 수 없는 일입니다. 콘솔에서 처리해 주십시오.")

    def _staff_of(self, email: str) -> str:
        """The one active member of staff with that address, if their role answers tickets."""
        same = select(Staff).where(func.lower(Staff.email) == email.lower(), Staff.active.is_(True))
        with self._database.session() as session:
            people = list(session.scalars(same))
            if len(people) != 1:
                raise Forbidden(_STRANGER)
            if people[0].role not in directory.HANDLERS:
                raise Forbidden(_MAY_NOT)
            return people[0].id

    def _ready(self, number: str, staff_id: str) -> tuple[int | None, str]:
        """The ticket's last event, and what stands above the answer; `Conflict` before anything is typed."""
        with self._database.session() as session:
            ticket = found(session, number)
            if not steps.may_speak(ticket, session.get_one(Staff, staff_id)):
                raise Conflict("다른 부서의 접수입니다. 이관받으신 뒤에 답변해 주십시오.")
            if states.after(ticket.state, "answered") is None:
                raise Conflict(f"이미 {states.label(ticket.state)} 상태인 접수입니다.")
            events = tickets.history(session, ticket)
            page = self._announced.page(ticket.number)
            words = f"접수번호 {ticket.number}\n문의 내용은 콘솔에서 확인해 주십시오. {page}".rstrip()
            return (events[-1].id if events else None), words
