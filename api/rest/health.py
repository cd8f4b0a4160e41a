"""For machines that watch: alive, ready, and how much of everything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

import structlog
from fastapi import APIRouter, Query, Response, status
from pydantic import BaseModel, ConfigDict

from api.dependencies import House
from api.errors import NotFound
from api.metrics import Metrics
from api.problems import problems
from runtime.database import ping

log = structlog.get_logger(__name__)

router: Final = APIRouter(tags=["health"])

PATIENCE: Final = timedelta(seconds=1)
"""How long each part has to answer."""

State = Literal["ready", "away"]


class Alive(BaseModel):
    """This process answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "alive"}]})

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """What works: both parts, one of them, or none."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "degraded", "postgresql": "away", "temporal": "ready"}]}
    )

    status: Literal["ready", "degraded", "away"]
    postgresql: State
    temporal: State


_NOT_READY: Final[dict[int | str, dict[str, Any]]] = {
    503: {"model": Readiness, "description": "Not ready, or degraded where that was not accepted"}
}


@router.get("/healthz", operation_id="healthz", summary="Is the process alive?")
async def healthz() -> Alive:
    """Answers as long as this process can answer anything."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="Is everything there?",
    responses={**_NOT_READY, **problems(422)},
)
async def readyz(
    response: Response,
    house: House,
    degraded: Annotated[
        Literal["refuse", "accept"],
        Query(description="`accept` for load balancers: with one part away, the other's work still goes on."),
    ] = "refuse",
) -> Readiness:
    """Whether PostgreSQL and Temporal answer within a second each. 503 unless both do.

    Without PostgreSQL commands are still accepted; without Temporal everything can still be read.
    """
    database, engine = await asyncio.gather(
        _state("postgresql", ping(house.database)), _state("temporal", house.engine.ping(PATIENCE))
    )
    there = [database, engine].count("ready")
    if there == 0 or (there == 1 and degraded == "refuse"):
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Readiness(
        status="ready" if there == 2 else "degraded" if there == 1 else "away",
        postgresql=database,
        temporal=engine,
    )


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Prometheus metrics",
    response_class=Response,
    responses={200: {"content": {Metrics.content_type: {"schema": {"type": "string"}}}}},
)
async def metrics(house: House) -> Response:
    """Counters and histograms in Prometheus' text format; 404 when switched off by the settings."""
    if not house.settings.metrics:
        raise NotFound
    return Response(house.metrics.render(), media_type=Metrics.content_type)


async def _state(part: str, question: Awaitable[None]) -> State:
    """Ask, but for no longer than `PATIENCE`; walk away even from what cannot be cancelled."""
    asking = asyncio.ensure_future(question)
    done, _ = await asyncio.wait({asking}, timeout=PATIENCE.total_seconds())
    if not done:
        asking.cancel()
        log.warning("part_away", part=part, error="no answer in time")
        return "away"
    error = asking.exception()
    if error is not None:
        log.warning("part_away", part=part, error=type(error).__name__)
        return "away"
    return "ready"
