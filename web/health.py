"""Whether this process can work, and what it lacks."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse

from core.threads import in_thread
from web.composition import House
from web.requests import house_of

router = APIRouter()


@router.get("/health")
async def health(request: Request) -> JSONResponse:
    """200 when citizens can be answered. Rasa's absence is told, but answers go on without it."""
    house = house_of(request)
    database = await in_thread(_database_answers, house)
    rasa = await house.dialogue.healthy()
    return JSONResponse({"database": database, "rasa": rasa}, 200 if database else 503)


def _database_answers(house: House) -> bool:
    try:
        with house.database.session() as session:
            return bool(session.execute(text("SELECT 1")).scalar_one())
    except SQLAlchemyError:
        return False
