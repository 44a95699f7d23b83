"""Where things stand in a checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


def log_dir(data_dir: Path) -> Path:
    """The folder of the processes' logs."""
    return data_dir / "logs"


def model_dir(data_dir: Path) -> Path:
    """The folder of Rasa's trained models."""
    return data_dir / "models"
