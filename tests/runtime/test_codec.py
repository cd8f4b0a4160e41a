"""Sealed payloads: they open with their key, through a rotation, and in no other way."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter

from models.base import Words
from runtime.codec import ENCODING, EncryptionCodec, PayloadKeyError
from runtime.settings import Settings
from runtime.temporal import data_converter

OLD, NEW = ("2025", os.urandom(32)), ("2026", os.urandom(32))
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data='"望江路的井盖"'.encode())


async def test_what_is_sealed_opens_and_shows_nothing() -> None:
    codec = EncryptionCodec([NEW])
    (sealed,) = await codec.encode([PLAIN])
    assert sealed.metadata["encoding"] == ENCODING
    assert sealed.metadata["key-id"] == b"2026"
    assert "井盖".encode() not in sealed.SerializeToString()
    assert b"json/plain" not in sealed.SerializeToString()
    assert await codec.decode([sealed]) == [PLAIN]


async def test_the_same_payload_never_looks_the_same_twice() -> None:
    first, second = await EncryptionCodec([NEW]).encode([PLAIN, PLAIN])
    assert first.data != second.data


async def test_after_a_rotation_old_payloads_open_and_new_ones_use_the_new_key() -> None:
    (before,) = await EncryptionCodec([OLD]).encode([PLAIN])
    rotated = EncryptionCodec([NEW, OLD])
    (after,) = await rotated.encode([PLAIN])
    assert after.metadata["key-id"] == b"2026"
    assert await rotated.decode([before, after]) == [PLAIN, PLAIN]


async def test_a_forgotten_key_is_named() -> None:
    (before,) = await EncryptionCodec([OLD]).encode([PLAIN])
    with pytest.raises(PayloadKeyError, match="2025"):
        await EncryptionCodec([NEW]).decode([before])


async def test_a_changed_payload_or_key_id_does_not_open() -> None:
    codec = EncryptionCodec([NEW, OLD])
    (sealed,) = await codec.encode([PLAIN])
    changed = Payload(metadata=sealed.metadata, data=sealed.data[:-1] + bytes([sealed.data[-1] ^ 1]))
    renamed = Payload(metadata={**sealed.metadata, "key-id": b"2025"}, data=sealed.data)
    for payload in (changed, renamed):
        with pytest.raises(PayloadKeyError, match="does not open"):
            await codec.decode([payload])


async def test_payloads_from_before_encryption_pass() -> None:
    assert await EncryptionCodec([NEW]).decode([PLAIN]) == [PLAIN]


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("no-colon", "id:base64"),
        (":AAAA", "id:base64"),
        ("a:***", "not base64"),
        ("a:AAAA", "32 bytes"),
        (f"a:{base64.b64encode(bytes(32)).decode()}," * 2 + "", "id:base64"),
        (",".join([f"a:{base64.b64encode(bytes(32)).decode()}"] * 2), "differ"),
    ],
)
def test_a_malformed_setting_is_refused(setting: str, complaint: str) -> None:
    with pytest.raises(PayloadKeyError, match=complaint):
        EncryptionCodec.parse(setting)


async def test_the_product_converter_seals_values_and_failure_messages(tmp_path: Path) -> None:
    key = base64.b64encode(NEW[1]).decode()
    settings = Settings.model_validate({"state_dir": tmp_path, "payload_keys": f"2026:{key}"})
    converter: DataConverter = data_converter(settings)
    value = Words(zh="井盖", en="manhole cover")
    payloads = await converter.encode([value])
    assert payloads[0].metadata["encoding"] == ENCODING
    assert await converter.decode(payloads, [Words]) == [value]
    failure = await _failure(converter)
    assert "manhole" not in failure


async def _failure(converter: DataConverter) -> str:
    from temporalio.api.failure.v1 import Failure

    failure = Failure()
    await converter.encode_failure(ValueError("manhole"), failure)
    return str(failure)
