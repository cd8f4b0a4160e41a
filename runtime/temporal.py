"""How this product connects to Temporal: its address, its data converter, its optional encryption."""

from __future__ import annotations

import dataclasses
import os
from typing import ClassVar, Final

from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime

from runtime.codec import EncryptionCodec
from runtime.settings import NotRunning, Settings


class OnePayloadConverter(PydanticPayloadConverter):
    """Pydantic values as JSON, by one converter for the whole process.

    Temporal's SDK makes a converter for every workflow and every step of one, and this one learns the types
    it meets anew each time: an eighth of the time that a busy worker spends in Python. It holds nothing but
    what it has learnt of types.
    """

    _one: ClassVar[OnePayloadConverter | None] = None

    def __new__(cls) -> OnePayloadConverter:
        """The converter."""
        if cls._one is None:
            made = super().__new__(cls)
            PydanticPayloadConverter.__init__(made)
            cls._one = made
        return cls._one

    def __init__(self) -> None:
        """Nothing: it is ready since it was made."""


_PLAIN: Final = DataConverter(payload_converter_class=OnePayloadConverter)


def data_converter(settings: Settings) -> DataConverter:
    """Pydantic values as JSON; sealed when payload keys are set, failure messages included."""
    if settings.payload_keys is None:
        return _PLAIN
    return dataclasses.replace(
        _PLAIN,
        payload_codec=EncryptionCodec.parse(settings.payload_keys.get_secret_value()),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(
    settings: Settings, *, identity: str | None = None, lazy: bool = False, runtime: Runtime | None = None
) -> Client:
    """A client of the server that Temporal's own variables name, else of the embedded one.

    A configuration file is read only when TEMPORAL_CONFIG_FILE or TEMPORAL_PROFILE asks for it, so that a
    personal default file never turns a local run towards a remote server. `lazy` postpones the first
    connection to the first call. Raises NotRunning when no server has an address, RuntimeError when the one
    that has does not answer.
    """
    asked_for_file = bool(os.environ.get("TEMPORAL_CONFIG_FILE") or os.environ.get("TEMPORAL_PROFILE"))
    config = ClientConfig.load_client_connect_config(disable_file=not asked_for_file)
    if settings.embedded_temporal:
        address = settings.state.addresses().temporal_address
        if address is None:
            raise NotRunning(f"no Temporal: set TEMPORAL_ADDRESS, or `shaodao up` with {settings.state_dir}")
        config["target_host"] = address
    config.setdefault("target_host", "localhost:7233")
    return await Client.connect(
        **config,
        data_converter=data_converter(settings),
        lazy=lazy,
        runtime=runtime,
        identity=identity or f"shaodao-{os.getpid()}",
    )
