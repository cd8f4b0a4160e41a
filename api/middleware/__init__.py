"""What happens to every request on its way in and every answer on its way out; each file is one concern.

Plain ASGI, no BaseHTTPMiddleware: that would run each request in a further task and hold back streams.
"""

from __future__ import annotations

from starlette.middleware import Middleware

from api.metrics import Metrics
from api.middleware.access_log import AccessLogMiddleware
from api.middleware.body_limit import BodyLimitMiddleware
from api.middleware.plain_text import PlainTextMiddleware
from api.middleware.public_scheme import PublicSchemeMiddleware
from api.middleware.request_id import RequestIdMiddleware
from api.middleware.security_headers import SecurityHeadersMiddleware
from api.middleware.slow_bodies import SlowBodyMiddleware
from api.middleware.unhandled import UnhandledMiddleware
from api.middleware.uploads import UploadsMiddleware
from api.security.origin import SameOriginMiddleware
from runtime.settings import Settings


def stack(settings: Settings, metrics: Metrics, larger_bodies: dict[str, int]) -> list[Middleware]:
    """The middleware, outermost first. `larger_bodies` gives paths (patterns) a body limit of their own."""
    return [
        Middleware(PublicSchemeMiddleware, public_url=settings.public_url),
        Middleware(RequestIdMiddleware),
        Middleware(AccessLogMiddleware, metrics=metrics),
        Middleware(SecurityHeadersMiddleware),
        Middleware(UnhandledMiddleware),
        Middleware(SlowBodyMiddleware),
        Middleware(BodyLimitMiddleware, limit=settings.max_body_bytes, exceptions=larger_bodies),
        Middleware(PlainTextMiddleware),
        Middleware(SameOriginMiddleware),
        Middleware(UploadsMiddleware),
    ]
