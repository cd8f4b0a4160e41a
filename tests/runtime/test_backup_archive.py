"""The archive of a backup: what it takes, and what it refuses."""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from runtime.backing_up.archive import BadBackup, read_manifest, unpack, writing
from runtime.backing_up.manifest import Manifest, Member, Part, known

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PICTURE = f"attachments/ab/ab{'0' * 62}"


def manifest(*members: Member) -> Manifest:
    return Manifest(version="1", schema_revision="0001", postgres_at=NOW, members=members)


def made(folder: Path) -> Path:
    """A backup of a picture and a secret."""
    (folder / "picture").write_bytes(b"picture")
    (folder / "key").write_bytes(b"key")
    with writing(folder / "backup.tar") as archive:
        archive.add(PICTURE, folder / "picture")
        archive.add("secrets/signing_key", folder / "key")
        archive.close_with(manifest(*archive.members))
    return folder / "backup.tar"


def take(file: Path, into: Path, *parts: Part) -> None:
    unpack(file, read_manifest(file), parts, into, lambda _done, _total: None)


def test_only_what_is_wanted_is_unpacked_and_all_is_checked(tmp_path: Path) -> None:
    file = made(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_manifest(file).parts == (Part.ATTACHMENTS, Part.SECRETS)
    take(file, tmp_path / "house", Part.SECRETS)
    assert (tmp_path / "house/secrets/signing_key").read_bytes() == b"key"
    assert not (tmp_path / "house/attachments").exists()


def test_nothing_is_replaced_and_nothing_half_is_left(tmp_path: Path) -> None:
    made(tmp_path)
    with pytest.raises(FileExistsError):
        made(tmp_path)
    with pytest.raises(KeyError), writing(tmp_path / "other.tar"):
        raise KeyError
    assert {file.name for file in tmp_path.iterdir()} == {"picture", "key", "backup.tar"}


@pytest.mark.parametrize(
    "name",
    ["../out", "/etc/passwd", "secrets/../../out", "attachments/ab/cd", "secrets/KEY", "postgres", ""],
)
def test_no_other_way_into_a_folder_is_taken(tmp_path: Path, name: str) -> None:
    assert not known(name)
    file = tmp_path / "backup.tar"
    with tarfile.open(file, "w") as tar:
        entry = tarfile.TarInfo(name)
        tar.addfile(entry, BytesIO())
        empty = Member(
            name=name, size=0, sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
        said = manifest(empty).model_dump_json().encode()
        last = tarfile.TarInfo("manifest.json")
        last.size = len(said)
        tar.addfile(last, BytesIO(said))
    with pytest.raises(BadBackup, match="does not belong"):
        take(file, tmp_path / "house", *Part)
    assert not (tmp_path / "house").exists()


def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a tar file")
    with pytest.raises(BadBackup, match="no whole backup"):
        read_manifest(tmp_path / "text")
    file = tmp_path / "later.tar"
    with writing(file) as archive:
        archive.close_with(manifest().model_copy(update={"format": 2, "version": "9.0"}))
    with pytest.raises(BadBackup, match=r"later version \(9\.0\)"):
        read_manifest(file)
