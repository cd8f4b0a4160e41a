"""What the API counts of itself, for Prometheus. Labels are route templates and kinds, never identities."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

disable_created_metrics()  # type: ignore[no-untyped-call]

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """One registry per application, so that two applications in one process (tests) do not add up."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._requests = Counter(
            "shaodao_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "shaodao_http_request_seconds",
            "From the first byte in to the last byte out.",
            ("method", "route"),
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self._commands = Counter(
            "shaodao_commands",
            "Commands sent to cases: accepted, or the code of the refusal or fault.",
            ("kind", "outcome"),
            registry=self.registry,
        )
        self._sign_ins = Counter(
            "shaodao_sign_ins", "Attempts to sign in.", ("outcome",), registry=self.registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request; `route` is the template (`/api/v1/units/{unit_id}`)."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def command(self, kind: str, outcome: str) -> None:
        """Count one command of `kind` (`accept`, `dispatch` …); `outcome` is `accepted` or a stable code."""
        self._commands.labels(kind, outcome).inc()

    def sign_in(self, outcome: str) -> None:
        """Count one attempt to sign in: `ok`, `wrong` or `limited`."""
        self._sign_ins.labels(outcome).inc()

    def render(self) -> bytes:
        """Everything counted, in Prometheus' text format."""
        return generate_latest(self.registry)
