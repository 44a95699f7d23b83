"""What commands open first: the database, the encoder, the FAQ. What is missing ends one with a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer
from sqlalchemy.exc import OperationalError, ProgrammingError

from core import logging
from core.clock import SystemClock
from core.database import Database
from core.settings import load_settings
from embeddings.encoder import EncoderUnavailable, load_encoder
from embeddings.protocols import Encoder
from faq.service import FaqService
from web.composition import build_faq

AsJson = Annotated[bool, typer.Option("--json", help="프로그램이 읽을 수 있도록 JSON으로 씁니다.")]


@contextmanager
def opened_database() -> Iterator[Database]:
    """The database of the settings."""
    database = Database(load_settings().resolved_database_url)
    try:
        yield database
    except (OperationalError, ProgrammingError):
        fail("데이터베이스를 읽을 수 없습니다. 먼저 'make setup'을 실행하십시오.")
    finally:
        database.close()


@contextmanager
def opened_faq() -> Iterator[tuple[FaqService, Encoder]]:
    """The FAQ as it serves, and the encoder that serves in it."""
    logging.configure()
    encoder = encoder_or_fail()
    with opened_database() as database:
        faq = build_faq(load_settings(), database, SystemClock(), encoder)
        yield faq, faq.encoder


def encoder_or_fail() -> Encoder:
    """The encoder of the settings."""
    try:
        return load_encoder(load_settings().encoder)
    except EncoderUnavailable as error:
        fail(str(error))


def fail(message: str) -> NoReturn:
    """End the command with this line."""
    typer.echo(message, err=True)
    raise typer.Exit(1)
