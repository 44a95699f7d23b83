"""Logging that says where something happened, never what a citizen wrote."""

from __future__ import annotations

import logging
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

OURS = "bot"


class PlaceOnly(logging.Formatter):
    """Our own records in full; of other people's only the place, of an exception its kind and its places.

    Rasa and its libraries put messages, slots and requests into their records, exception texts and `locals`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line, and one more for an exception."""
        ours = record.name.split(".")[0] == OURS
        text = record.getMessage() if ours else f"line {record.lineno}"
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {text}"
        if record.exc_info and record.exc_info[1]:
            line += f"\n  {places(record.exc_info[1])}"
        return line


def places(error: BaseException) -> str:
    """Kind and places of an exception and its causes, without a word of their texts."""
    frames = traceback.extract_tb(error.__traceback__)
    path = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-6:])
    cause = error.__cause__ or error.__context__
    return f"{type(error).__name__} at {path}" + (f"\n  from {places(cause)}" if cause else "")


def configure() -> None:
    """Everything to standard error: our records from INFO on, other people's from WARNING on."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlaceOnly())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.INFO)
    # Warnings are for developers, and some of Rasa's quote the message.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    # Rasa's structured records carry the text as fields: unconfigured, structlog prints even its debug ones.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        processors=[_only_the_event],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _only_the_event(_: Any, __: str, fields: MutableMapping[str, Any]) -> str:
    return str(fields.get("event", ""))
