"""The directory as a file: taken in with an error per line, taken away with a reason."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Response, UploadFile
from starlette.background import BackgroundTask
from starlette.requests import Request

from core.errors import EungdaeError, Invalid
from core.threads import in_thread
from desk import access, directory_files, directory_import
from desk.directory_check import DirectoryErrors, Rows
from desk.directory_import import Changes
from desk.people import By
from web.console.dependencies import Administrator, AdminReader, Visit
from web.console.errors import ConsoleRoute
from web.console.rendering import notice, render

router = APIRouter(prefix="/staff/directory/files", route_class=ConsoleRoute)

LARGEST: Final = 5 * 1024 * 1024
LARGEST_UPLOAD: Final = 2 * LARGEST + 64 * 1024
"""Bytes of a request: two files (departments and staff), and the form around them."""
_KINDS: Final = {
    ".xlsx": ("directory.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".csv": ("directory.zip", "application/zip"),
    ".yml": ("directory.yml", "application/yaml"),
}
_SHOWN: Final = 100


@router.get("")
async def files_page(request: Request, visit: AdminReader) -> Response:
    """The form to take files in, and the one to take the directory away."""
    return _page(request, visit)


@router.post("/import")
async def take_in(
    request: Request,
    visit: Administrator,
    files: Annotated[list[UploadFile], File()],
    check: Annotated[str, Form()] = "",
) -> Response:
    """Take the files in, all or nothing; with `check` only tell what would change."""
    try:
        read = [await _read(file) for file in files if file.filename]
        if not read:
            raise Invalid("가져올 파일을 골라 주십시오.")
        rows = directory_files.joined(read)
        changes = await in_thread(_load, visit, rows, bool(check))
    except EungdaeError as error:
        return _page(request, visit, error)
    rebuild = BackgroundTask(visit.parts.faq.rebuild) if rows.departments and not check else None
    return _page(request, visit, changes=changes, checked=bool(check), background=rebuild)


@router.post("/export")
async def take_away(
    request: Request,
    visit: Administrator,
    kind: Annotated[str, Form()] = ".xlsx",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """The whole directory as a file; mobile numbers are in it, so the reason stays in the access log."""
    try:
        if kind not in _KINDS:
            raise Invalid("파일 형식을 골라 주십시오.")
        data = await in_thread(_written, visit, kind, reason)
    except EungdaeError as error:
        return _page(request, visit, error)
    name, media_type = _KINDS[kind]
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type=media_type, headers=headers)


async def _read(file: UploadFile) -> Rows:
    data = await file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Invalid(f"파일은 {LARGEST // 1024 // 1024}MB까지 가져올 수 있습니다.")
    return await in_thread(directory_files.read, file.filename or "", data)


def _load(visit: Visit, rows: Rows, check: bool) -> Changes:
    with visit.parts.database.session() as session:
        by = By(visit.staff.id, visit.address)
        changes = directory_import.load(session, visit.parts.vault, rows, by, visit.now, dry_run=check)
        if not check:
            visit.log(session, "directory.import", f"+{len(changes.added)} ~{len(changes.changed)}")
        return changes


def _written(visit: Visit, kind: str, reason: str) -> bytes:
    reason = access.checked_reason(reason)
    with visit.parts.database.session() as session:
        data = directory_files.write(session, visit.parts.vault, kind)
        access.log(
            session, visit.staff.id, visit.address, "directory.export", _KINDS[kind][0], visit.now, reason
        )
        return data


def _page(
    request: Request,
    visit: Visit,
    error: EungdaeError | None = None,
    *,
    changes: Changes | None = None,
    checked: bool = False,
    background: BackgroundTask | None = None,
) -> Response:
    problems = error.problems if isinstance(error, DirectoryErrors) else []
    context: dict[str, Any] = {
        "visit": visit,
        "section": "directory",
        "problems": problems[:_SHOWN],
        "more": max(len(problems) - _SHOWN, 0),
        "changes": changes,
        "checked": checked,
    }
    if problems:
        context["notice"] = notice("bad", f"{len(problems)}곳이 틀려 아무것도 바꾸지 않았습니다.")
    elif error:
        context["notice"] = notice("bad", error.message)
    elif changes and not checked:
        context["notice"] = notice("good", "가져왔습니다. 담당 업무는 1분쯤 뒤부터 안내에 반영됩니다.")
    response = render(request, "directory_files.html", context, error.status if error else 200)
    response.background = background
    return response
