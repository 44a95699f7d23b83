"""Trains and asks Rasa, in Rasa's environment: `python rasa_worker.py FOLDER`, which has the project.

Speaks as `bench.quality.worker` says. Imports nothing of ours.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO

TRAINED = Path("trained.json")
"""A model of this very project is trained once, and its cost remembered."""


def main() -> None:
    """Train, tell the seconds, then answer."""
    # what Rasa prints must not reach whoever reads the replies
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    import structlog  # noqa: PLC0415  # Rasa's environment has it

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    from rasa.core.agent import Agent  # type: ignore[import-not-found]  # noqa: PLC0415  # prints

    os.chdir(sys.argv[1])
    if not TRAINED.exists():
        TRAINED.write_text(json.dumps(train()), "utf-8")
    trained = json.loads(TRAINED.read_text("utf-8"))
    agent = Agent.load(trained["model"])
    say(replies, trained)
    for line in sys.stdin:
        began = time.perf_counter()
        found = [reply(asyncio.run(agent.parse_message(text))) for text in json.loads(line)]
        say(replies, {"seconds": time.perf_counter() - began, "replies": found})


def train() -> dict[str, Any]:
    """The model, the seconds that it took, and the memory (MB)."""
    from rasa.model_training import train_nlu  # type: ignore[import-not-found]  # noqa: PLC0415

    began = time.perf_counter()
    model = train_nlu("config.yml", "nlu.yml", "models", domain="domain.yml")
    seconds = time.perf_counter() - began
    status = Path("/proc/self/status")
    peak = next((row for row in status.read_text().splitlines() if row.startswith("VmHWM")), "0 0")
    return {"model": model, "seconds": seconds, "peak_mb": int(peak.split()[1]) * 1024 // 1_000_000}


def reply(parsed: dict[str, Any]) -> tuple[list[str], float, bool]:
    """Ids best first, the confidence, and whether Rasa would answer.

    It answers where the intent `faq` wins and no fallback steps in, however sure the selector is. How sure it
    is of both together is their product.
    """
    ranking = parsed["response_selector"].get("faq", {}).get("ranking", [])
    sure = {intent["name"]: intent["confidence"] for intent in parsed["intent_ranking"]}
    best = ranking[0]["confidence"] if ranking else 0.0
    found = [row["intent_response_key"].partition("/")[2] for row in ranking]
    return found, sure.get("faq", 0.0) * best, parsed["intent"]["name"] == "faq"


def say(replies: TextIO, message: dict[str, Any]) -> None:
    """One line of JSON."""
    replies.write(json.dumps(message, ensure_ascii=False) + "\n")
    replies.flush()


if __name__ == "__main__":
    main()
