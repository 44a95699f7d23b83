"""The whole program around a small world, as the composition root puts it together."""

from __future__ import annotations

from core.ratelimit import RateLimiter
from tests.conversations.world import World
from web.composition import House


def small_house(world: World) -> House:
    """Everything real but what the world stands in for."""
    return House(
        settings=world.settings,
        secrets=world.secrets,
        clock=world.clock,
        database=world.database,
        vault=world.vault,
        faq=world.faq,
        channels=world.channels,
        hub=world.hub,
        limiter=RateLimiter(world.clock),
        dialogue=world.dialogue,
        conversations=world.conversations,
        staff_desk=world.staff,
        casework=world.casework,
        attachments=world.attachments,
        links=world.links,
        learning=world.learning,
        presence=world.presence,
        search=world.search,
        drafts=world.drafts,
        router=world.router,
        courier=world.courier,
        client=world.client,
        staff_acts=world.staff_acts,
    )
