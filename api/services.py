"""Everything a request may need that outlives it, made once when the application starts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from api.attachments.store import PictureStore
from api.gateway import Gateway
from api.live import Live, on_termination
from api.metrics import Metrics
from api.patience import Patience
from api.security.passwords import Passwords
from api.security.rate_limit import LoginLimits
from api.security.resident_limits import ResidentLimits
from api.security.sessions import SessionDirectory
from api.security.tokens import TokenSigner
from api.temporal import Engine
from api.turns import Turns
from api.underway import Underway, keeping
from api.unit_directory import UnitDirectory
from api.writing import Writer
from runtime.database import Sessions, Standing, create_engine
from runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Made by `start`, reached by routes through `api.dependencies`."""

    settings: Settings
    metrics: Metrics
    database: AsyncEngine
    sessions: Sessions
    engine: Engine
    gateway: Gateway
    patience: Patience
    units: UnitDirectory
    live: Live
    signer: TokenSigner
    directory: SessionDirectory
    passwords: Passwords
    login_limits: LoginLimits
    resident_limits: ResidentLimits
    pictures: PictureStore


@asynccontextmanager
async def start(settings: Settings, metrics: Metrics) -> AsyncIterator[Services]:
    """The services of one application, closed at the end.

    Neither PostgreSQL nor Temporal need to answer yet: both are reached when first asked for. Raises
    NotRunning when the embedded database has never been started, so that there is no address to reach.
    """
    database = create_engine(settings, application="shaodao-api")
    sessions = Sessions(database)
    directory = SessionDirectory(sessions, settings.revocation_cache, settings.database_patience)
    engine = Engine(settings)
    live = Live(sessions)
    # Of its own: what was accepted is not to queue behind what is read.
    quick = create_engine(
        settings,
        application="shaodao-api-writer",
        statement_timeout=settings.database_patience,
        pre_ping=False,  # the writer tries again by itself
        autocommit=True,
    )
    standing = Standing(quick, settings.pool_size)
    patience = Patience(settings.database_patience)
    underway = Underway(standing, patience)
    gateway = Gateway(engine, settings, metrics, Writer(standing, patience), underway, Turns())
    try:
        with on_termination(live.end):
            async with keeping(underway, gateway.look):
                yield Services(
                    settings=settings,
                    metrics=metrics,
                    database=database,
                    sessions=sessions,
                    engine=engine,
                    gateway=gateway,
                    patience=patience,
                    units=UnitDirectory(sessions, patience),
                    live=live,
                    signer=TokenSigner(settings.signing_keys, settings.token_ttl),
                    directory=directory,
                    passwords=Passwords(),
                    login_limits=LoginLimits(settings.login_rate, settings.login_rate_per_address),
                    resident_limits=ResidentLimits(
                        settings.resident_rate_per_address,
                        settings.resident_rate_per_place,
                        settings.tracking_rate_per_address,
                    ),
                    pictures=PictureStore(settings),
                )
    finally:
        await live.close()
        await patience.close()
        await standing.close()
        await quick.dispose()
        await directory.close()
        await database.dispose()
