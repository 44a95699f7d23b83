"""One turn of the dialogue: all or nothing, once per message, and with an answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecutionRejected, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


class TurnFailed(Exception):
    """The turn was not taken: nothing of it is stored, and the same message may come again."""


@dataclass(frozen=True)
class Turn:
    """What the bot says to a message, and what it waits for now (form and slot, or neither)."""

    replies: list[dict[str, Any]]
    form: str | None
    slot: str | None


class Processor(MessageProcessor):
    """Rasa's processor, but a failing action fails the turn, and the tracker is saved only after a reply.

    The stock one logs an action's failure, drops its events and goes on: a form is skipped, and what follows
    speaks as if all were well.
    """

    async def handle_message(self, message: UserMessage) -> Turn:
        """Takes the turn, or tells what it came to where the tracker already holds this message.

        Raises:
            TurnFailed: no action spoke, or Rasa went round in circles.
            Exception: an action or the database failed.
        """
        tracker = await self.fetch_tracker_and_update_session(message.sender_id, message.output_channel)
        replies = replies_to(tracker, message.message_id)
        if replies is None:
            await self._handle_message_with_tracker(message, tracker)
            tracker = await self.run_action_extract_slots(message.output_channel, tracker)
            await self._run_prediction_loop(message.output_channel, tracker)
            replies = replies_to(tracker, message.message_id)
            if not replies:
                raise TurnFailed("no action had anything to say")
            await self.save_tracker(tracker)
        form = tracker.active_loop_name
        return Turn(replies, form, tracker.get_slot(REQUESTED_SLOT) if form else None)

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        # A copy, because a form that rejects the message must leave no trace of having tried.
        trial = tracker.copy()
        trial.update_with_events(prediction.events, self.domain)
        try:
            events = await action.run(output_channel, nlg, trial, self.domain)
        except ActionExecutionRejection:
            tracker.update(
                ActionExecutionRejected(action.name(), prediction.policy_name, prediction.max_confidence)
            )
        else:
            self._log_action_on_tracker(tracker, action, events, prediction)
        return bool(self.should_predict_another_action(action.name()))


class DialogueAgent(Agent):
    """Rasa's agent with our processor, and with no store that falls back to memory."""

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """Loads a trained model from a file."""
        self.processor = Processor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            generator=self.nlg,
            action_endpoint=self.action_endpoint,
            on_circuit_break=_refuse,
        )
        self.domain = self.processor.domain
        self.tracker_store.domain = self.domain
        self._set_fingerprint(fingerprint)

    @staticmethod
    def _create_tracker_store(store: TrackerStore | None, domain: Domain) -> TrackerStore:
        # The stock agent wraps the store: with the database down, citizens would become new, silently.
        if store is None:
            raise ValueError("A tracker store is needed.")
        store.domain = domain
        return store


def replies_to(tracker: DialogueStateTracker, message_id: str) -> list[dict[str, Any]] | None:
    """What the bot said to the message of this id; None if the tracker doesn't hold the message."""
    replies: list[dict[str, Any]] | None = None
    for event in tracker.events:
        if isinstance(event, UserUttered):
            if replies is not None:
                break
            if event.message_id == message_id:
                replies = []
        elif isinstance(event, BotUttered) and replies is not None and event.data.get("custom"):
            replies.append(event.data["custom"])
    return replies


def _refuse(*_: Any) -> None:
    raise TurnFailed("no rule ends this turn")
