"""Live conversations: who waits, listen, take over, speak, whisper to colleagues, give back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from conversations import citizens, citizens_files, deliveries
from conversations.deliveries import Stuck
from core.errors import Conflict, EungdaeError, Invalid, NotFound
from core.threads import in_thread
from desk.attachments import File
from desk.wording import checked
from web.console.dependencies import Answerer, Reader, Visit, Watcher
from web.console.errors import ConsoleRoute
from web.console.rendering import fingerprint, notice, render
from web.console.talk_views import people, talk
from web.console.ticket_files import saved

router = APIRouter(prefix="/staff/conversations", route_class=ConsoleRoute)


@router.get("")
async def list_page(request: Request, visit: Reader) -> Response:
    """Who waits for a person, who talks with one, and who with the bot."""
    context = await _list(visit)
    await visit.logged("conversations.list", "")
    return render(request, "conversations.html", context)


@router.get("/live")
async def list_live(request: Request, visit: Watcher, seen: str = "") -> Response:
    """The list again, if it has changed since `seen`."""
    context = await _list(visit)
    if context["seen"] == seen:
        return Response(status_code=204)
    await visit.logged("conversations.list", "")
    return render(request, "_conversations.html", context)


@router.get("/{conversation_id}")
async def conversation_page(
    request: Request, visit: Reader, conversation_id: str, ask: bool = False
) -> Response:
    """One conversation; with `ask`, the question whether to take it from the person who holds it."""
    return await _page(request, visit, conversation_id, ask=ask)


@router.get("/{conversation_id}/live")
async def conversation_live(
    request: Request, visit: Watcher, conversation_id: str, after: int = 0
) -> Response:
    """What was said after the message `after`, and who holds the conversation now."""
    if await visit.parts.staff_desk.version(conversation_id) <= after:
        return Response(status_code=204)
    whole = await talk(visit, conversation_id)
    earlier = [line for line in whole.lines if line.seq <= after]
    context = {
        "visit": visit,
        "talk": whole,
        "fresh": whole.lines[len(earlier) :],
        "before": earlier[-1] if earlier else None,
    }
    return render(request, "_live.html", context)


@router.get("/{conversation_id}/files/{file_id}")
async def download(visit: Reader, conversation_id: str, file_id: str) -> Response:
    """A file that the citizen sent; it is saved, never shown by the browser."""
    return saved(await in_thread(_file, visit, conversation_id, file_id))


@router.post("/{conversation_id}/take-over")
async def take_over(
    request: Request, visit: Answerer, conversation_id: str, confirmed: Annotated[bool, Form()] = False
) -> Response:
    """Silence the bot. When somebody else holds the conversation, ask first."""
    try:
        await visit.parts.staff_desk.take_over(conversation_id, visit.staff.id, force=confirmed)
    except Conflict as error:
        return await _page(request, visit, conversation_id, error, ask=True)
    await visit.logged("conversation.take_over", conversation_id)
    return _to(conversation_id, "taken")


@router.post("/{conversation_id}/give-back")
async def give_back(request: Request, visit: Answerer, conversation_id: str) -> Response:
    """Let the bot answer again."""
    try:
        await visit.parts.staff_desk.give_back(conversation_id, visit.staff.id)
    except Conflict as error:
        return await _page(request, visit, conversation_id, error)
    await visit.logged("conversation.give_back", conversation_id)
    return _to(conversation_id, "given")


@router.post("/{conversation_id}/say")
async def say(
    request: Request, visit: Answerer, conversation_id: str, text: Annotated[str, Form()] = ""
) -> Response:
    """Say something to the citizen; the page's own polling then shows it."""
    by_htmx = "hx-request" in request.headers
    try:
        await visit.parts.staff_desk.say(conversation_id, visit.staff.id, checked(text))
    except (Conflict, EungdaeError) as error:
        if by_htmx or error.status == 404:
            raise
        return await _page(request, visit, conversation_id, error, typed=text)
    await visit.logged("conversation.say", conversation_id)
    if by_htmx:
        return Response(status_code=204, headers={"HX-Trigger": "said"})
    return _to(conversation_id)


@router.post("/{conversation_id}/whisper")
async def whisper(
    request: Request, visit: Answerer, conversation_id: str, text: Annotated[str, Form()] = ""
) -> Response:
    """Say something that staff alone see, whoever holds the conversation."""
    by_htmx = "hx-request" in request.headers
    try:
        await visit.parts.staff_desk.whisper(conversation_id, visit.staff.id, checked(text))
    except Invalid as error:
        if by_htmx:
            raise
        return await _page(request, visit, conversation_id, error)
    await visit.logged("conversation.whisper", conversation_id)
    if by_htmx:
        return Response(status_code=204, headers={"HX-Trigger": "said"})
    return _to(conversation_id, "whispered")


@router.post("/{conversation_id}/typing")
async def typing(visit: Answerer, conversation_id: str) -> Response:
    """Show the citizen that somebody writes."""
    await visit.parts.staff_desk.typing(conversation_id, visit.staff.id)
    return Response(status_code=204)


@router.get("/{conversation_id}/people/live")
async def people_live(request: Request, visit: Watcher, conversation_id: str, seen: str = "") -> Response:
    """Who else looks at the conversation and who writes in it, if that has changed since `seen`."""
    shown = people(visit, conversation_id)
    if fingerprint(shown) == seen:
        return Response(status_code=204)
    context = {"conversation_id": conversation_id, "people": shown, "people_seen": fingerprint(shown)}
    return render(request, "_people.html", context)


async def _list(visit: Visit) -> dict[str, Any]:
    live = list(await visit.parts.staff_desk.live())
    lanes = {state: [one for one in live if one.state == state] for state in ("waiting", "person", "bot")}
    minute = visit.now.replace(second=0, microsecond=0) if lanes["waiting"] else None
    return {
        "visit": visit,
        "section": "conversations",
        "lanes": lanes,
        "seen": fingerprint((live, minute)),
    }


async def _page(
    request: Request,
    visit: Visit,
    conversation_id: str,
    error: EungdaeError | None = None,
    typed: str = "",
    ask: bool = False,
) -> Response:
    shown, present = await talk(visit, conversation_id), people(visit, conversation_id)
    context = {
        "visit": visit,
        "section": "conversations",
        "talk": shown,
        "ask": ask and shown.held and not shown.mine,
        "ticket_number": await in_thread(_ticket_number, visit, conversation_id),
        "stuck": await in_thread(_stuck, visit, conversation_id),
        "typed": typed,
        "people": present,
        "people_seen": fingerprint(present),
    }
    if error:
        context["notice"] = notice("bad", error.message)
    return render(request, "conversation.html", context, error.status if error else 200)


def _ticket_number(visit: Visit, conversation_id: str) -> str | None:
    with visit.parts.database.session() as session:
        known = citizens.tickets_of(session, conversation_id)
        return known[0].number if known else None


def _file(visit: Visit, conversation_id: str, file_id: str) -> File:
    """Raises `NotFound` unless it came in this thread: the log must name whose file was opened."""
    with visit.parts.database.session() as session:
        if not citizens_files.came_in(session, conversation_id, file_id):
            raise NotFound("파일을 찾을 수 없습니다.")
        visit.log(session, "conversation.file", conversation_id)
        return visit.parts.attachments.read(session, file_id)


def _stuck(visit: Visit, conversation_id: str) -> list[Stuck]:
    with visit.parts.database.session() as session:
        return deliveries.of_conversation(session, visit.parts.vault, conversation_id, visit.now)


def _to(conversation_id: str, done: str = "") -> Response:
    suffix = f"?done={done}" if done else ""
    return RedirectResponse(f"/staff/conversations/{conversation_id}{suffix}", 303)
