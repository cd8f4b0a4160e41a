"""The application: settings in, FastAPI out. `uvicorn api.app:create_app --factory` serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from api import handlers, middleware, openapi, pages
from api.metrics import Metrics
from api.pages.assets import PREFIX, Assets
from api.rest import ROUTERS, attachments, health
from api.services import start
from runtime.settings import Settings
from runtime.version import version


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole interface on `settings` (those of the environment, unless given).

    Nothing is reached before the application starts; then PostgreSQL and Temporal may still be away.
    """
    house_settings = settings or Settings()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with start(house_settings, metrics) as services:
            app.state.services = services
            yield

    app = FastAPI(
        title="Shaodao 哨到",
        summary="Case management for a city's grids, on durable workflows.",
        version=version(),
        openapi_url=None,  # served by api.openapi; a viewer's assets would come from elsewhere
        redirect_slashes=False,
        telemetry={"logs": False},  # messages of exceptions may carry personal data
        lifespan=lifespan,
        middleware=middleware.stack(
            house_settings,
            metrics,
            _with_pictures(house_settings),
        ),
    )
    handlers.install(app)
    for router in (*ROUTERS, health.router, openapi.router, *pages.ROUTERS):
        app.include_router(router)
    app.mount(PREFIX, Assets(), name="static")
    # FastAPI's documented way to complete its document.
    app.openapi = partial(openapi.describe, app)  # type: ignore[method-assign]
    return app


def _with_pictures(settings: Settings) -> dict[str, int]:
    """The addresses that take pictures, as patterns, and the bytes that each takes at most."""
    one = settings.max_attachment_bytes + attachments.MULTIPART_OVERHEAD
    return {
        attachments.PATH: one,
        "/pictures|/report/photos": one,
        # Forms without JavaScript carry all their photos at once.
        "/report|/mine/[^/]+/handle|/cases/[^/]+/do/[a-z-]+": 4 * one,
        "/r/[^/]+/report": one,  # all photos together: nobody has said who they are
        "/admin/units/import": 4 * one,
    }
