"""The composition root: the whole house of one web process, put together in one place."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from actions import context as actions_context
from channels.protocol import Channel
from channels.registry import build_channels, build_senders
from conversations.announcements import Announcements
from conversations.casework import Casework
from conversations.citizens_files import CitizensFiles
from conversations.contacts import Contacts
from conversations.courier import Courier
from conversations.dialogue import RasaDialogue
from conversations.doors import Doors
from conversations.drafts import Drafts
from conversations.forgetting import Forgetting
from conversations.hub import Hub
from conversations.intake import Intake
from conversations.kinds import Kinds
from conversations.learning import Learning
from conversations.links import Links
from conversations.own_tickets import OwnTickets
from conversations.presence import Presence
from conversations.search import Search
from conversations.service import Conversations
from conversations.speech import Speech
from conversations.staff import StaffDesk
from conversations.staff_acts import StaffActs
from conversations.taught import Taught
from conversations.tickets import Opening
from conversations.trackers import Trackers
from core.clock import Clock, SystemClock
from core.database import Database
from core.mail import Mailer, build_mailer
from core.privacy import Cipher, Vault
from core.ratelimit import RateLimiter
from core.secrets import Secrets, load_secrets
from core.settings import Settings
from core.tokens import Signer
from desk import directory
from desk.attachments import Attachments
from desk.routing import Router
from embeddings.encoder import load_encoder
from embeddings.protocols import Encoder
from embeddings.recent import Recent
from faq.owners import Owners
from faq.regression import Gate
from faq.rows import Row
from faq.service import FaqService


@dataclass(frozen=True)
class House:
    """All parts, ready to be used."""

    settings: Settings
    secrets: Secrets
    clock: Clock
    database: Database
    vault: Vault
    faq: FaqService
    channels: dict[str, Channel]
    hub: Hub
    limiter: RateLimiter
    dialogue: RasaDialogue
    conversations: Conversations
    staff_desk: StaffDesk
    casework: Casework
    attachments: Attachments
    links: Links
    learning: Learning
    presence: Presence
    search: Search
    drafts: Drafts
    router: Router
    courier: Courier
    client: httpx.AsyncClient
    staff_acts: StaffActs
    mailer: Mailer | None = None

    async def close(self) -> None:
        """Let what is under way end, and give everything back."""
        await self.conversations.drain()
        await self.staff_acts.drain()
        await self.client.aclose()
        await self.dialogue.close()
        self.database.close()


def build(settings: Settings, clock: Clock | None = None, encoder: Encoder | None = None) -> House:
    """Put the house together; loads the encoder and the index, but opens no port."""
    clock = clock or SystemClock()
    secrets = load_secrets(settings.data_dir)
    database = Database(settings.resolved_database_url)
    vault = Vault(Cipher(secrets.data_key), clock)
    encoder = Recent(encoder or load_encoder(settings.encoder))
    faq = build_faq(settings, database, clock, encoder)
    signer = Signer(secrets.signing_key, clock)
    client = httpx.AsyncClient(limits=httpx.Limits(max_connections=40))
    channels = build_channels(settings, secrets, signer, client)
    senders = build_senders(channels, settings, client)
    hub = Hub()
    limiter = RateLimiter(clock, settings.rate_limits)
    contacts = Contacts(database, clock, settings.show_staff_names)
    speech = Speech(faq, contacts, settings.foundation_phone)
    dialogue = RasaDialogue(
        f"http://127.0.0.1:{settings.rasa_port}", secrets.rasa_token, settings.rasa_timeout
    )
    router = build_router(database, vault, faq)
    announcements = Announcements.through(channels, vault, settings.public_url)
    own = OwnTickets(database, vault, clock, announcements)
    presence = Presence(clock)
    doors = Doors(database, vault, senders, clock, hub, settings.foundation_phone)
    links = Links(signer, settings.public_url)
    kinds = Kinds(lambda: faq.encoder)
    kinds.warm()
    opening = Opening(database, vault, router, kinds, clock, links, announcements)
    attachments = Attachments(settings.data_dir / "files", vault.cipher)
    ours = settings.database_url.startswith("postgresql")  # Rasa keeps its trackers there as well
    trackers = Trackers(database if ours else Database(settings.tracker_url))
    intake = Intake(database, vault, faq, own, kinds, clock)
    conversations = Conversations(
        database, vault, intake, dialogue, speech, channels, clock, hub, presence, opening, own,
        doors, CitizensFiles(database, vault, attachments, channels, clock),
        Forgetting(database, vault, attachments, trackers, clock),
    )  # fmt: skip
    staff_desk = StaffDesk(database, vault, channels, clock, hub, presence)
    actions_context.use(actions_context.Context(database, vault, speech, clock, limiter, opening, own, doors))
    casework = Casework(database, vault, channels, clock, hub, attachments, links, senders, announcements)
    gate = Gate(lambda: faq, settings.regression_set, clock)
    return House(
        settings, secrets, clock, database, vault, faq, channels, hub, limiter, dialogue, conversations,
        staff_desk, casework, attachments, links,
        Learning(database, vault, gate, clock), presence,
        Search(database, vault, encoder), Drafts(database, vault, gate, clock),
        router, Courier(database, vault, senders, clock, hub), client,
        StaffActs(database, casework, announcements, channels), build_mailer(settings, secrets),
    )  # fmt: skip


def build_router(database: Database, vault: Vault, faq: FaqService) -> Router:
    """Routes by what the FAQ knows of whose business a matter is, and by what staff have corrected."""
    owners = Owners(faq)
    return Router(database, vault, owners.ranked, lambda: faq.encoder, owners.alike)


def build_faq(
    settings: Settings, database: Database, clock: Clock, encoder: Encoder | None = None
) -> FaqService:
    """The FAQ with its index; departments are found by their duties, and what staff have judged counts."""

    def duties() -> list[Row]:
        with database.session() as session:
            return [
                Row(duty, f"department:{unit.id}", "duty")
                for unit in directory.departments(session)
                for duty in [unit.name, *unit.duties]
            ]

    vault = Vault(Cipher(load_secrets(settings.data_dir).data_key), clock)
    return FaqService(
        database,
        encoder or load_encoder(settings.encoder),
        settings.data_dir,
        clock,
        extra_rows=duties,
        extra_labels=Taught(database, vault).labels,
        alpha=settings.answer_error_rate,
        confidence=settings.answer_confidence,
        outside_share=settings.outside_share,
    )
