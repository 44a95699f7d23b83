"""Takes over the understanding that the web process sends along with a message."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.core.constants import DEFAULT_INTENTS
from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message

UNKNOWN = "unknown"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Understanding(GraphComponent, IntentClassifier):
    """Copies `metadata.understanding` into the message's intent, confidence and entities.

    Nothing is computed here: components run on Rasa's event loop, where a slow one holds everybody up.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Understanding:
        """Rasa's factory; there is nothing to configure."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Marks each message with what its metadata says; missing or rubbish metadata means `unknown`."""
        for message in messages:
            metadata = _object(message.get("metadata"))
            message.set(INTENT, intent_of(metadata), add_to_output=True)
            message.set(ENTITIES, entities_of(metadata), add_to_output=True)
        return messages


def intent_of(metadata: dict[str, Any]) -> dict[str, Any]:
    """The intent as Rasa wants it: `{"name", "confidence"}`, confidence in 0..1."""
    intent = _object(_object(metadata.get("understanding")).get("intent"))
    name, confidence = intent.get("name"), intent.get("confidence")
    # Rasa's own intents (restart, back, …) command the engine: no message may carry them.
    if not isinstance(name, str) or not name.isidentifier() or name in DEFAULT_INTENTS:
        return {"name": UNKNOWN, "confidence": 0.0}
    if isinstance(confidence, bool) or not isinstance(confidence, (int, float)):
        confidence = 0.0
    return {"name": name, "confidence": min(max(float(confidence), 0.0), 1.0)}


def entities_of(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """The entities `{"entity", "value"}`, and `channel_form` where the channel shows forms itself."""
    listed = _object(metadata.get("understanding")).get("entities")
    entities = [
        {"entity": entity["entity"], "value": entity.get("value")}
        for entity in (listed if isinstance(listed, list) else [])
        if isinstance(entity, dict) and isinstance(entity.get("entity"), str)
    ]
    if _object(metadata.get("channel")).get("form") is True:
        entities.append({"entity": "channel_form", "value": True})
    return entities


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
