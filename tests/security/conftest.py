"""Modules that share one product among their tests run them in the event loop that it lives in."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_asyncio import is_async_test

from tests.security import shared

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the asynchronous tests of modules that have taken `shared.product`."""
    for item in items:
        if not (isinstance(item, pytest.Function) and item.path.is_relative_to(_HERE)):
            continue
        if is_async_test(item) and getattr(item.module, "product", None) is shared.product:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
