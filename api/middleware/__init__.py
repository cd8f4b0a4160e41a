"""What happens to every request on its way in and every answer on its way out; each file is one concern.

Plain ASGI, no BaseHTTPMiddleware: that would run each request in a further task and hold back streams.
"""

from __future__ import annotations

from starlette.middleware import Middleware

from api.metrics import Metrics
from api.middleware.access_log import AccessLogMiddleware
from api.middleware.body_limit import BodyLimitMiddleware
from api.middleware.request_id import RequestIdMiddleware
from api.middleware.security_headers import SecurityHeadersMiddleware
from api.middleware.unhandled import UnhandledMiddleware
from api.middleware.uploads import UploadsMiddleware
from api.security.origin import SameOriginMiddleware
from runtime.settings import Settings


def stack(settings: Settings, metrics: Metrics, larger_bodies: dict[str, int]) -> list[Middleware]:
    """The middleware, outermost first. `larger_bodies` gives paths (patterns) a body limit of their own."""
    return [
        Middleware(RequestIdMiddleware),
        Middleware(AccessLogMiddleware, metrics=metrics),
        Middleware(SecurityHeadersMiddleware),
        Middleware(UnhandledMiddleware),
        Middleware(BodyLimitMiddleware, limit=settings.max_body_bytes, exceptions=larger_bodies),
        Middleware(SameOriginMiddleware),
        Middleware(UploadsMiddleware),
    ]
