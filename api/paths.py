"""Where the interface begins. Every router has its whole prefix, so that logs show whole templates."""

from __future__ import annotations

from typing import Final

API: Final = "/api/v1"
