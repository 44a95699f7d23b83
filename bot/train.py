"""Trains the dialogue model: `python -m bot.train --out var/models`. Quick when nothing has changed."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIG, DOMAIN, DATA = ROOT / "config.yml", ROOT / "bot" / "domain", ROOT / "bot" / "data"
COMPONENTS = ROOT / "bot" / "components"


def fingerprint() -> str:
    """A short hash of all that a model is made of: config, domain, data, components and Rasa's version."""
    digest = hashlib.sha256(version("rasa").encode())
    for path in [
        CONFIG,
        *sorted(DOMAIN.glob("*.yml")),
        *sorted(DATA.glob("*.yml")),
        *sorted(COMPONENTS.glob("*.py")),
    ]:
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def model_path(models: Path) -> Path:
    """Where the model of the present files belongs; it may not be trained yet."""
    return models / f"dialogue-{fingerprint()}.tar.gz"


def ensure(models: Path) -> Path:
    """The model of the present files in the folder `models`, trained now if it isn't there.

    Raises:
        RuntimeError: Rasa refuses the domain, the rules or the config.
    """
    path = model_path(models)
    if not path.exists():
        models.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=models) as scratch:
            _train(Path(scratch), path.name.removesuffix(".tar.gz"))
            # A model is there whole or not at all, also when two processes start at once.
            (Path(scratch) / path.name).replace(path)
    return path


def _train(out: Path, name: str) -> None:
    # Rasa keeps a cache of trained parts in the working directory; there is nothing here worth keeping.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    os.environ["RASA_CACHE_DIRECTORY"] = str(out / "cache")
    import rasa.model_training  # noqa: PLC0415  (takes seconds, and a trained model doesn't need it)

    result = rasa.model_training.train(
        domain=str(DOMAIN),
        config=str(CONFIG),
        training_files=str(DATA),
        output=str(out),
        fixed_model_name=name,
    )
    if result.code or not result.model:
        raise RuntimeError(f"Rasa refused to train (code {result.code}).")


def main() -> None:
    """The command line; prints the model's path."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "models", help="folder of the models")
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    sys.stdout.write(f"{ensure(parser.parse_args().out)}\n")


if __name__ == "__main__":
    main()
