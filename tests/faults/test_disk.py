"""The small disk can be filled to the last byte, and emptied again."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from bench.faults.disk import NoDisk, small_disk, why_not


@pytest.mark.skipif(why_not() != "", reason=why_not())
def test_a_full_disk_takes_nothing_until_it_is_freed(tmp_path: Path) -> None:
    try:
        with small_disk(tmp_path / "disk", size_mb=1) as disk:
            assert disk.fill() > 900_000
            with pytest.raises(OSError, match="No space left") as full:
                (disk.folder / "more").write_bytes(bytes(8192))
            assert full.value.errno == errno.ENOSPC
            disk.free()
            (disk.folder / "more").write_bytes(bytes(8192))
    except NoDisk as refused:
        pytest.skip(f"mounting is not permitted here: {refused}")
    assert not (tmp_path / "disk").exists()
