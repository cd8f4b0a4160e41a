"""Tests in this folder share one event loop, that of the browser and of the product before it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_asyncio import is_async_test

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run every asynchronous test of this folder in the session's loop."""
    for item in items:
        if is_async_test(item) and item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
