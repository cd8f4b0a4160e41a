"""Which TCP ports are free on this machine, and saying plainly which one is not."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable


class PortBusy(Exception):
    """A port that this run needs belongs to another process. The message says which, and what to do."""

    def __init__(self, busy: Iterable[tuple[str, int]]) -> None:
        """`busy`: (environment variable, port) pairs."""
        self.busy = tuple(busy)
        ports = " and ".join(f"{port} ({name})" for name, port in self.busy)
        verb = "is" if len(self.busy) == 1 else "are"
        noun = "Port" if len(self.busy) == 1 else "Ports"
        cure = " ".join(f"{name}={free_port()}" for name, _ in self.busy)
        super().__init__(
            f"{noun} {ports} {verb} in use by another process.\nChoose others, for example:  {cure} make run"
        )


def free_port(host: str = "127.0.0.1") -> int:
    """A port that is free now; another process may take it before you do."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen on `host:port` now. A port still in TIME_WAIT is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
        return True


def require_free(wanted: Iterable[tuple[str, str, int]]) -> None:
    """Raise PortBusy for those of the (host, variable, port) that are taken; port 0 means any and is fine."""
    busy = [(name, port) for host, name, port in wanted if port and not is_free(host, port)]
    if busy:
        raise PortBusy(busy)
