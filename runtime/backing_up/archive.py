"""The archive: an ordinary tar file, written aside and moved into place, each member under its hash."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final

from pydantic import ValidationError

from runtime.backing_up.manifest import FORMAT, MANIFEST, Manifest, Member, Part, known, part_of

_CHUNK: Final = 2**20


class BadBackup(Exception):
    """The file is no backup, or not as it was made. The message says what is wrong."""


class Writer:
    """Adds files to an archive, and remembers their hashes."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: list[Member] = []

    def add(self, name: str, file: Path) -> None:
        """Add a file under its name in the archive."""
        size = file.stat().st_size
        with file.open("rb") as source:
            hashing = _Hashing(source)
            self._tar.addfile(_entry(name, size), hashing)
        self.members.append(Member(name=name, size=size, sha256=hashing.digest))

    def close_with(self, manifest: Manifest) -> None:
        """Add the manifest, which comes last."""
        text = manifest.model_dump_json(indent=1).encode()
        self._tar.addfile(_entry(MANIFEST, len(text)), BytesIO(text))


class _Hashing:
    """A file that is hashed as it is read: each byte is read once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        """Of what was read, in hexadecimal."""
        return self._hash.hexdigest()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._file.read(size)
        self._hash.update(data)
        return data


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = 0o600
    return entry


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """An archive that appears at `target`, whole and on disk, when the block ends well; else nothing does.

    Only its owner may read it: it holds secrets and personal data. Raises FileExistsError rather than
    replace a file.
    """
    aside = target.with_name(f".{target.name}.part")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, target)  # unlike a rename it never replaces what is there
    finally:
        aside.unlink(missing_ok=True)


def read_manifest(file: Path) -> Manifest:
    """What the backup says of itself. Raises BadBackup."""
    try:
        with tarfile.open(file, "r:") as tar:
            found = tar.extractfile(MANIFEST)
            text = found.read() if found else b""
        manifest = Manifest.model_validate_json(text)
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise BadBackup(f"{file} is no whole backup of Shaodao: {error}") from error
    except ValidationError as error:
        raise BadBackup(f"{file} says nothing that this version understands of itself") from error
    if manifest.format != FORMAT:
        raise BadBackup(f"{file} was made by a later version ({manifest.version})")
    return manifest


def unpack(
    file: Path, manifest: Manifest, parts: Sequence[Part], into: Path, told: Callable[[int, int], None]
) -> None:
    """Write the files of these parts below `into`, and check every file of the backup against its hash.

    `told` hears of each file that was checked. Raises BadBackup; what was written then is not to be used.
    """
    said = {member.name: member for member in manifest.members}
    done = 0
    try:
        with tarfile.open(file, "r:") as tar:
            for entry in tar:
                if entry.name == MANIFEST:
                    continue
                member = said.pop(entry.name, None)
                if member is None or not known(entry.name) or not entry.isreg():
                    raise BadBackup(f"{entry.name} does not belong into a backup")
                to = into / entry.name if part_of(entry.name) in parts else None
                if _read(tar, entry, to) != (member.size, member.sha256):
                    raise BadBackup(f"{entry.name} is not as it was when the backup was made")
                done += 1
                told(done, len(manifest.members))
    except (tarfile.TarError, EOFError) as error:
        raise BadBackup(f"{file} is damaged: {error}") from error
    if said:
        raise BadBackup(f"{next(iter(said))} is missing in {file}")


def _read(tar: tarfile.TarFile, entry: tarfile.TarInfo, to: Path | None) -> tuple[int, str]:
    """Read a member whole, and write it if it is wanted; its size and hash."""
    source: IO[bytes] | Any = tar.extractfile(entry)
    hashing, size = _Hashing(source), 0
    if to is None:
        while chunk := hashing.read(_CHUNK):
            size += len(chunk)
        return size, hashing.digest
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while chunk := hashing.read(_CHUNK):
            target.write(chunk)
            size += len(chunk)
        target.flush()
        os.fsync(target.fileno())
    return size, hashing.digest
