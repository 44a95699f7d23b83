"""Runs Rasa: `python -m bot.serve`. Loopback only, one channel, no HTTP API.

Environment: EUNGDAE_RASA_PORT (0: a free one), EUNGDAE_RASA_TOKEN, EUNGDAE_ACTIONS_URL,
EUNGDAE_ACTIONS_TOKEN, EUNGDAE_TRACKER_URL; optional EUNGDAE_RASA_MODELS, the models' folder (var/models).
"""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path

from bot import quiet, train

HOST = "127.0.0.1"  # never anything else: nobody but our one client may reach Rasa
NEEDED = (
    "EUNGDAE_RASA_PORT",
    "EUNGDAE_RASA_TOKEN",
    "EUNGDAE_ACTIONS_URL",
    "EUNGDAE_ACTIONS_TOKEN",
    "EUNGDAE_TRACKER_URL",
)

logger = logging.getLogger(__name__ if __name__ != "__main__" else "bot.serve")


def main() -> None:
    """Binds, trains if the dialogue has changed, and serves until it is told to stop."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise SystemExit(f"bot.serve: not set: {', '.join(missing)}")
    # Read when Rasa and TensorFlow are imported.
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    quiet.configure()

    listener = listen(int(os.environ["EUNGDAE_RASA_PORT"]))
    model = train.ensure(Path(os.environ.get("EUNGDAE_RASA_MODELS", train.ROOT / "var" / "models")))
    from bot.app import application  # noqa: PLC0415  (imports Rasa, which takes seconds)

    quiet.configure()  # Rasa's import sets handlers of its own
    logger.info("listening on %s:%s", *listener.getsockname())
    application(model, train.ROOT).run(sock=listener, access_log=False, debug=False, workers=1)


def listen(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    return listener


if __name__ == "__main__":
    main()
