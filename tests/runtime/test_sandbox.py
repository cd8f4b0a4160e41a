"""What our sandbox takes for granted of the rest of the product."""

from __future__ import annotations

import base64

from pydantic import SecretStr
from temporalio.converter import WithSerializationContext

from runtime.settings import Settings
from runtime.temporal import data_converter


def test_nothing_that_converts_payloads_asks_for_their_context(settings: Settings) -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    for keys in (None, SecretStr(f"k1:{key}")):
        converter = data_converter(settings.model_copy(update={"payload_keys": keys}))
        parts = (
            converter.payload_converter,
            converter.payload_converter_class,
            converter.failure_converter_class,
            converter.payload_codec,
            *getattr(converter.payload_converter, "converters", {}).values(),
        )
        for part in parts:
            kind = part if isinstance(part, type) else type(part)
            assert not issubclass(kind, WithSerializationContext) or kind.__module__.startswith("temporalio.")
        assert converter.external_storage is None
