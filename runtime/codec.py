"""Encrypts payloads before they leave for Temporal's server: AES-256-GCM under rotating keys."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Sequence
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

ENCODING = b"binary/shaodao-aes-gcm"
_NONCE_BYTES = 12


class PayloadKeyError(ValueError):
    """A payload names a key that is not held, does not open with it, or the setting itself is malformed."""


class EncryptionCodec(PayloadCodec):
    """Seals with the first key and opens with whichever key a payload names: so keys can be rotated."""

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        """`keys`: (id, 32 bytes) pairs, the one that encrypts first. Ids are stored in the clear."""
        if not keys:
            raise PayloadKeyError("at least one payload key is needed")
        if any(len(key) != 32 for _, key in keys):
            raise PayloadKeyError("a payload key is 32 bytes, base64")
        if len({name for name, _ in keys}) != len(keys):
            raise PayloadKeyError("payload key ids must differ")
        if any(len(set(key)) < 10 for _, key in keys):
            raise PayloadKeyError("a payload key is random bytes, not a pattern")
        self._current = keys[0][0]
        self._ciphers = {name: AESGCM(key) for name, key in keys}

    @classmethod
    def parse(cls, setting: str) -> Self:
        """From `SHAODAO_PAYLOAD_KEYS`: `id:base64,id:base64`, newest first. Raises PayloadKeyError."""
        keys = []
        for part in setting.split(","):
            name, separator, encoded = part.strip().partition(":")
            if not name or not separator:
                raise PayloadKeyError(
                    "SHAODAO_PAYLOAD_KEYS is a list of id:base64 pairs, separated by commas"
                )
            try:
                keys.append((name, base64.b64decode(encoded, validate=True)))
            except binascii.Error as error:
                raise PayloadKeyError(f"payload key {name!r} is not base64") from error
        return cls(keys)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each payload sealed, metadata included, under the current key."""
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each sealed payload opened; payloads written before encryption was switched on pass as they are."""
        return [
            self._open(payload) if payload.metadata.get("encoding") == ENCODING else payload
            for payload in payloads
        ]

    def _seal(self, payload: Payload) -> Payload:
        nonce, name = os.urandom(_NONCE_BYTES), self._current.encode()
        # The key id is authenticated too: a payload cannot be made to name another key.
        sealed = self._ciphers[self._current].encrypt(nonce, payload.SerializeToString(), name)
        return Payload(metadata={"encoding": ENCODING, "key-id": name}, data=nonce + sealed)

    def _open(self, payload: Payload) -> Payload:
        name = payload.metadata.get("key-id", b"")
        cipher = self._ciphers.get(name.decode())
        if cipher is None:
            raise PayloadKeyError(
                f"no payload key {name.decode()!r}: keep former keys in SHAODAO_PAYLOAD_KEYS"
            )
        try:
            data = cipher.decrypt(payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:], name)
        except InvalidTag as error:
            raise PayloadKeyError(f"a payload does not open with key {name.decode()!r}") from error
        return Payload.FromString(data)
