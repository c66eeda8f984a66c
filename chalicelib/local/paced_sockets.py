"""Sockets that disconnect clients that send too slowly.

The timeout of a socket restarts with every byte: a client that sends one byte a minute would occupy
a thread permanently, and a few such clients would occupy all threads. Answers need no minimum
speed: public answers fit into the buffers of a socket.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cheroot.makefile import MakeFile


@dataclass(frozen=True, slots=True)
class Pace:
    """The minimum speed of a request."""

    grace_seconds: float = 30.0
    """Time that every request has, however short it is."""
    bytes_a_second: float = 4_000.0
    """Minimum average speed after that."""


class PacedSocket(socket.SocketIO):
    """The raw reader of a connection, which measures the time of each request.

    `idle_seconds`: maximum wait for a single byte.
    """

    def __init__(self, sock: Any, pace: Pace, idle_seconds: float) -> None:
        super().__init__(sock, "r")
        self._socket = sock
        self._pace = pace
        self._idle_seconds = idle_seconds
        self._began = time.monotonic()
        self._received = 0

    def begin(self) -> None:
        """Start the time of a request."""
        self._began = time.monotonic()
        self._received = 0

    def readinto(self, buffer: Any) -> int | None:
        """Read from the socket; TimeoutError if the request is too slow."""
        allowed = self._pace.grace_seconds + self._received / self._pace.bytes_a_second
        left = self._began + allowed - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(min(left, self._idle_seconds))
        try:
            read = super().readinto(buffer)
        finally:
            self._socket.settimeout(self._idle_seconds)
        self._received += read or 0
        return read


def paced_files(pace: Pace, idle_seconds: float) -> Callable[..., Any]:
    """A replacement for cheroot's `MakeFile` whose reader checks the speed."""

    def make(sock: Any, mode: str, size: int) -> Any:
        made = MakeFile(sock, mode, size)
        if "r" in mode:
            made.raw.close()  # the replaced reader; the socket stays open
            made._raw = PacedSocket(sock, pace, idle_seconds)
        return made

    return make
