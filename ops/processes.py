"""The processes of one installation: the web, and Rasa in its own environment."""

from __future__ import annotations

import os

from core.secrets import Secrets
from core.settings import Settings
from ops.child import Spec
from ops.layout import PYTHON, RASA_PYTHON, ROOT, model_dir

# One thread a process: two processes share the cores, and a question is too short to be worth splitting.
QUIET_NUMERICS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "MALLOC_ARENA_MAX": "2",  # fewer heaps: less memory held by idle threads
    "PYTHONUNBUFFERED": "1",
}
QUIET_TENSORFLOW = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
}
# Rasa sees masked text only; nothing that could unmask it is in its reach.
NOT_RASAS = frozenset(
    {
        "DATABASE_URL",
        "EUNGDAE_DATABASE_URL",
        "EUNGDAE_DATA_KEY",
        "EUNGDAE_SIGNING_KEY",
        "EUNGDAE_KAKAO_SECRET",
    }
)


def processes(settings: Settings, secrets: Secrets) -> list[Spec]:
    """What to run, the web first."""
    return [web(settings), rasa(settings, secrets)]


def web(settings: Settings) -> Spec:
    """The public port, the console, and the action listener."""
    return Spec(
        name="web",
        title="웹",
        command=[str(PYTHON), "-m", "web.serve"],
        health_url=web_health(settings),
        environment=_with_operators_own(QUIET_NUMERICS)
        | {"EUNGDAE_DATA_DIR": str(settings.data_dir.resolve())},
        folder=ROOT,
    )


def rasa(settings: Settings, secrets: Secrets) -> Spec:
    """The dialogue engine, on loopback."""
    contract = {
        "EUNGDAE_DATA_DIR": str(settings.data_dir.resolve()),
        "EUNGDAE_RASA_MODELS": str(model_dir(settings.data_dir).resolve()),
        "EUNGDAE_RASA_PORT": str(settings.rasa_port),
        "EUNGDAE_RASA_TOKEN": secrets.rasa_token,
        "EUNGDAE_ACTIONS_TOKEN": secrets.actions_token,
        "EUNGDAE_ACTIONS_URL": f"http://127.0.0.1:{settings.actions_port}/webhook",
        "EUNGDAE_TRACKER_URL": settings.tracker_url,
        "RASA_TELEMETRY_ENABLED": "false",
    }
    return Spec(
        name="rasa",
        title="Rasa",
        command=[str(RASA_PYTHON), "-m", "bot.serve"],
        health_url=rasa_health(settings),
        environment=_with_operators_own(QUIET_NUMERICS | QUIET_TENSORFLOW) | contract,
        withheld=NOT_RASAS | _ours(),
        folder=ROOT,
    )


def web_address(settings: Settings) -> str:
    """Where this machine itself reaches the public port, without a closing slash."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - it isn't bound here
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def web_health(settings: Settings) -> str:
    """Answers 2xx while the web process works."""
    return f"{web_address(settings)}/health"


def rasa_health(settings: Settings) -> str:
    """Answers 2xx once Rasa has loaded its model."""
    return f"http://127.0.0.1:{settings.rasa_port}/webhooks/gateway/health"


def _ours() -> frozenset[str]:
    """All of our variables, vendors' tokens among them: Rasa is given by name what it needs."""
    return frozenset(name for name in os.environ if name.startswith("EUNGDAE_"))


def _with_operators_own(defaults: dict[str, str]) -> dict[str, str]:
    return {name: os.environ.get(name, value) for name, value in defaults.items()}
