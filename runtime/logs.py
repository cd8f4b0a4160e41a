"""JSON logs from structlog, logging, Temporal and uvicorn alike, without personal data or secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio import activity, workflow

from runtime.settings import Settings

#: A key that is one of these, or contains one of the fragments below, never reaches a log.
FORBIDDEN_KEYS = frozenset(
    {"name", "contact", "authorization", "cookie", "set-cookie", "body", "id_number", "address"}
)
FORBIDDEN_FRAGMENTS = (
    "password",
    "passwd",
    "secret",
    "token",
    "phone",
    "mobile",
    "reporter",
    "credential",
    "api_key",
)

_PLAIN = frozenset({str, int, float, bool, type(None)})


def configure_logging(settings: Settings, *, service: str, stream: TextIO | None = None) -> None:
    """Send every logger of this process to `stream` (standard error by default), one event a line.

    `service` names the process in each line. Bind `request_id`, `case_no` and `command_id` with
    `structlog.contextvars.bind_contextvars` and they appear in every line written meanwhile.
    """
    out = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _context,
                _Service(service),
                redact,
                *_renderers(settings, out),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for noisy in ("httpx", "httpcore", "temporalio.worker.workflow_sandbox"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # The context comes as fields (see _context), so the message stays readable words.
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False
    logging.captureWarnings(True)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop, at any depth, the values whose key says that they are personal or secret."""
    return {key: _clean(value) for key, value in event.items() if not _forbidden(key)}


def _clean(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items() if not _forbidden(str(key))}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


@lru_cache(maxsize=1024)  # a process logs with a few dozen
def _forbidden(key: str) -> bool:
    lower = key.lower()
    return lower in FORBIDDEN_KEYS or any(fragment in lower for fragment in FORBIDDEN_FRAGMENTS)


def _context(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep of Temporal's context what finds the case: its number, the run, the activity and its attempt."""
    event.pop("color_message", None)  # uvicorn's second copy of its words, for terminals
    info = event.pop("temporal_workflow", None) or event.pop("temporal_activity", None)
    if isinstance(info, Mapping):
        event.setdefault("case_no", info.get("workflow_id"))
        for source, target in (("run_id", "run_id"), ("activity_type", "activity"), ("attempt", "attempt")):
            if source in info:
                event.setdefault(target, info[source])
        if update := info.get("update_id"):
            event.setdefault("command_id", update)
    return event


class _Service:
    """Says in every line which process wrote it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("service", self._name)
        return event


def _renderers(settings: Settings, out: TextIO) -> list[Processor]:
    if settings.log_format == "console":
        return [
            structlog.dev.ConsoleRenderer(
                colors=out.isatty(),
                exception_formatter=structlog.dev.plain_traceback,  # the rich one shows locals
            )
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
