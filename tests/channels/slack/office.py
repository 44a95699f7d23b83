"""The staff's channel in Slack, and a citizen at the website."""

from __future__ import annotations

from typing import Any

from channels.fake import Shown
from channels.slack.fake import CLERK, ROOM, FakeSlack
from desk.models import Staff, Ticket
from tests.contracts.doors import Door

CLAIM, WRITE = "제가 맡겠습니다", "답변하기"


class Office:
    """The door of Slack with the staff's channel, and a citizen at the website."""

    def __init__(self, door: Door) -> None:
        assert isinstance(door.fake, FakeSlack)
        self.door, self.world, self.fake = door, door.world, door.fake

    async def file(self, **changes: Any) -> Ticket:
        """A citizen opens a ticket on the website."""
        await self.world.conversations.submit("web", "u1", self.world.form(**changes))
        await self.door.deliver()
        return self.ticket()

    def ticket(self) -> Ticket:
        return self.world.tickets()[-1]

    @property
    def room(self) -> list[Shown]:
        return self.fake.shown(ROOM)

    async def press(self, label: str) -> str:
        """The clerk presses a button of the announcement; what is shown last."""
        [button] = [one for bubble in self.room for one in bubble.buttons if one.label == label]
        await self.door.say(label, button.payload, sender=ROOM)
        return self.room[-1].text

    async def type(self, text: str) -> str:
        """The clerk sends the dialog off; what is shown last."""
        await self.door.say(text, sender=ROOM)
        return self.room[-1].text

    def becomes(self, staff_id: str, **changes: Any) -> None:
        """The clerk is that member of staff; `changes` are to their account."""
        self.fake.members[CLERK] = {"profile": {"email": f"{staff_id}@example.org"}}
        with self.world.database.session() as session:
            person = session.get_one(Staff, staff_id)
            for name, value in changes.items():
                setattr(person, name, value)

    async def heard(self) -> list[str]:
        """What the citizen reads at the website after their own form."""
        history = await self.world.conversations.history("web", "u1", 0)
        return [said.text for said in history.messages if said.author == "staff"]
