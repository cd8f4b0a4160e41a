"""Every setting of the product, from `SHAODAO_…` environment variables. docs/settings.md explains each."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.codec import EncryptionCodec
from runtime.state import StateFolder

DEMO_PASSWORD = "shaodao-141"  # noqa: S105 - known to everyone on purpose, and refused outside the embedded run

#: Any of these tells Temporal's own configuration where its server is, so none is embedded.
TEMPORAL_VARIABLES = ("TEMPORAL_ADDRESS", "TEMPORAL_CONFIG_FILE", "TEMPORAL_PROFILE")

#: A tile server's address: of a server (a `{s}` in its name stands for a, b or c), or a path of this one.
_TILES = re.compile(r"(https?://[\w.{}-]+(:\d+)?)?/(?=\S*\{z\})(?=\S*\{x\})(?=\S*\{y\})[^\s\"'<>;]*")


def _plain_seconds(value: Any) -> Any:
    """Let a bare number from the environment mean seconds; pydantic takes ISO 8601 and 8:00:00 itself."""
    return float(value) if isinstance(value, str) and value.replace(".", "", 1).isdigit() else value


Duration = Annotated[timedelta, BeforeValidator(_plain_seconds)]
Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """How this process runs. Immutable; tests construct it with keyword arguments."""

    model_config = SettingsConfigDict(
        env_prefix="SHAODAO_",
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # it may be a secret, and what is wrong is said without it
    )

    # Where things are
    state_dir: Path = Path(".shaodao")
    database_url: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    postgres_port: Port = 0
    temporal_port: Port = 7233
    temporal_ui_port: Port = 8233
    attachments_url: str | None = None

    # Temporal
    task_queue: str = "shaodao"
    payload_keys: SecretStr | None = None
    rpc_timeout: Duration = timedelta(seconds=10)
    drain_timeout: Duration = timedelta(seconds=10)
    max_cached_workflows: int = Field(default=2500, ge=1)
    worker_metrics_port: Port = 0

    # PostgreSQL
    pool_size: int = Field(default=10, ge=1)
    pool_timeout: Duration = timedelta(seconds=5)
    connect_timeout: Duration = timedelta(seconds=3)
    statement_timeout: Duration = timedelta(seconds=5)
    database_patience: Duration = timedelta(milliseconds=800)

    # Doors
    secret_key: SecretStr | None = None
    retired_secret_keys: SecretStr | None = None
    demo_password: SecretStr | None = None
    token_ttl: Duration = timedelta(hours=12)
    session_ttl: Duration = timedelta(days=14)
    revocation_cache: Duration = timedelta(seconds=5)
    login_rate: str = "10/minute"
    login_rate_per_address: str = "120/minute"
    resident_rate_per_address: str = "20/hour"
    resident_rate_per_place: str = "60/hour"
    tracking_rate_per_address: str = "30/minute"
    public_url: str | None = None
    max_body_bytes: int = Field(default=256 * 1024, ge=1024)
    max_attachment_bytes: int = Field(default=20 * 1024 * 1024, ge=1024)
    max_image_pixels: int = Field(default=60_000_000, ge=10_000)
    forwarded_allow_ips: str = "127.0.0.1"
    metrics: bool = True

    # Messages that go outside
    channels: SecretStr | None = None

    # Maps
    map_tiles: str | None = None
    map_attribution: str = ""
    map_datum: Literal["wgs84", "gcj02"] = "wgs84"

    # Logs
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"
    log_max_bytes: int = Field(default=20 * 1024 * 1024, ge=64 * 1024)

    @field_validator("state_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("public_url")
    @classmethod
    def _bare(cls, value: str | None) -> str | None:
        """The address people type, without the slash that paths begin with."""
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
            raise ValueError("SHAODAO_PUBLIC_URL must be like https://shaodao.example.gov.cn")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _psycopg(cls, value: SecretStr | None) -> SecretStr | None:
        """Accept the usual spellings of a PostgreSQL address; inside there is one driver."""
        if value is None:
            return None
        scheme, separator, rest = value.get_secret_value().partition("://")
        if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
            raise ValueError("SHAODAO_DATABASE_URL must begin with postgresql://")
        return SecretStr(f"postgresql+psycopg://{rest}")

    @field_validator("channels")
    @classmethod
    def _named_addresses(cls, value: SecretStr | None) -> SecretStr | None:
        """A JSON object of names and addresses; what is wrong is said without repeating a secret."""
        if value is not None and not _addresses(value):
            raise ValueError('SHAODAO_CHANNELS must be like {"duty-wecom": "wecombot://KEY"}')
        return value

    @field_validator("payload_keys")
    @classmethod
    def _sealing(cls, value: SecretStr | None) -> SecretStr | None:
        """Keys that would fail at the first payload fail at the start."""
        if value is not None:
            EncryptionCodec.parse(value.get_secret_value())
        return value

    @field_validator("map_tiles")
    @classmethod
    def _tiles(cls, value: str | None) -> str | None:
        """Pages may load pictures from its origin, so it has to be nothing but an address."""
        if value is not None and not _TILES.fullmatch(value):
            raise ValueError("SHAODAO_MAP_TILES must be like https://tiles.example/{z}/{x}/{y}.png")
        return value

    @model_validator(mode="after")
    def _refuse_weak_secrets(self) -> Self:
        """Secrets that anyone can guess are for the embedded run on this machine's own address only."""
        if self.secret_key is not None:
            _require_strong("SHAODAO_SECRET_KEY", self.secret_key.get_secret_value())
        elif not self.embedded:
            raise ValueError(
                "SHAODAO_SECRET_KEY is required with external servers. "
                "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        for retired in _listed(self.retired_secret_keys):
            _require_strong("SHAODAO_RETIRED_SECRET_KEYS", retired)  # what it verifies, it can forge
        known = self.demo_password is not None and self.demo_password.get_secret_value() == DEMO_PASSWORD
        if known and not self.embedded:
            raise ValueError("SHAODAO_DEMO_PASSWORD is the one everyone knows: choose your own, or set none")
        open_to_others = not self.embedded or not is_loopback(self.host)
        if open_to_others and self.demo_password is not None:
            _require_long("SHAODAO_DEMO_PASSWORD", self.demo_password.get_secret_value())
        if self.embedded and not is_loopback(self.host) and (known or self.demo_password is None):
            raise ValueError(
                f"SHAODAO_HOST={self.host} opens this machine to others while the demonstration accounts "
                "have the password everyone knows: set SHAODAO_DEMO_PASSWORD before the first start"
            )
        return self

    @property
    def embedded_database(self) -> bool:
        """Whether PostgreSQL is the one that `shaodao up` brings along."""
        return self.database_url is None

    @property
    def embedded_temporal(self) -> bool:
        """Whether Temporal's server is the one that `shaodao up` brings along."""
        return not any(os.environ.get(name) for name in TEMPORAL_VARIABLES)

    @property
    def embedded(self) -> bool:
        """Whether this is the whole product on one machine; only then are generated secrets enough."""
        return self.embedded_database and self.embedded_temporal

    @property
    def state(self) -> StateFolder:
        """The state folder."""
        return StateFolder(self.state_dir)

    @cached_property
    def signing_key(self) -> str:
        """Key that signs tokens and cookies: the setting, or the embedded run's own, made at first use."""
        return self.secret_key.get_secret_value() if self.secret_key else self.state.secret("signing_key")

    @property
    def signing_keys(self) -> tuple[str, ...]:
        """The signing key, then the retired ones (comma-separated), which still verify what they signed."""
        return (self.signing_key, *_listed(self.retired_secret_keys))

    @property
    def demonstration_password(self) -> str | None:
        """Password of the demonstration people; None means that there are to be none."""
        if self.demo_password is not None:
            return self.demo_password.get_secret_value()
        return DEMO_PASSWORD if self.embedded else None

    @property
    def channel_addresses(self) -> dict[str, str]:
        """The addresses of message channels, by the names that administrators choose from."""
        return _addresses(self.channels) if self.channels else {}

    @property
    def dsn(self) -> str:
        """SQLAlchemy address of the database. Raises NotRunning when it is embedded and was never started."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        address = self.state.addresses().database_url
        if address is None:
            raise NotRunning(
                f"no PostgreSQL: set SHAODAO_DATABASE_URL, or `shaodao up` with {self.state_dir}"
            )
        return address


def _listed(value: SecretStr | None) -> list[str]:
    """The keys in a list separated by commas."""
    written = value.get_secret_value() if value is not None else ""
    return [key for key in map(str.strip, written.split(",")) if key]


def _addresses(value: SecretStr) -> dict[str, str]:
    """The names and addresses in a JSON object of texts; nothing if it is no such thing."""
    try:
        found = json.loads(value.get_secret_value())
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return found if all(isinstance(text, str) and text for text in (*found, *found.values())) else {}


class NotRunning(RuntimeError):
    """An embedded server's address was asked for, and no embedded run has published one."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _require_long(name: str, password: str) -> None:
    if len(password) < 10:
        raise ValueError(f"{name} is too short for others to try: at least 10 characters")


def _require_strong(name: str, value: str) -> None:
    if len(value) < 32 or len(set(value)) < 10:
        raise ValueError(f"{name} is too weak: at least 32 characters, not a pattern")
