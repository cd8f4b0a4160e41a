"""The store of pictures: what it answers when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.attachments.pictures import clean
from api.attachments.store import PictureStore
from api.errors import Away
from runtime.settings import Settings
from tests.api.attachments.pictures import picture


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A state folder of its own."""
    return Settings(state_dir=tmp_path)


async def test_what_was_taken_is_read(settings: Settings) -> None:
    store = PictureStore(settings)
    taken = await store.take(picture())
    assert await store.read(taken.sha256) == taken.data


async def test_a_store_that_cannot_write_or_read_is_away_and_no_fault_of_ours(settings: Settings) -> None:
    store, sha256 = PictureStore(settings), clean(picture(), settings.max_image_pixels).sha256
    (settings.state.attachments / sha256[:2]).write_text("in the way of the folder")
    with pytest.raises(Away):
        await store.take(picture())
    with pytest.raises(Away):
        await store.read(sha256)


async def test_a_picture_that_is_lost_is_not_said_to_be_away(settings: Settings) -> None:
    with pytest.raises(FileNotFoundError):
        await PictureStore(settings).read("0" * 64)
