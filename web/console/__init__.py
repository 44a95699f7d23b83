"""The staff console at /staff: server-rendered pages, kept live by htmx.

`router` carries the prefix itself: `app.include_router(web.console.router)`. The files of `web/public` are
expected to be mounted under the name "public".
"""

from web.console.routes import router

__all__ = ["router"]
