"""A socket that gives up a client which sends too slowly.

A time-out of a socket begins again with every byte: a client that sends one a minute would hold a
thread for ever, and few such clients all threads. Answers need no pace: what is public fits into
the buffers of a socket.
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
    """How slowly a request may come.

    Attributes
    ----------
    grace_seconds : float
        What every request has, however short it is.
    bytes_a_second : float
        What it must have on average after that.
    """

    grace_seconds: float = 30.0
    bytes_a_second: float = 4_000.0


class PacedSocket(socket.SocketIO):
    """The raw reader of a connection, which times each request.

    Parameters
    ----------
    sock : socket
    pace : Pace
    idle_seconds : float
        How long it waits for a single byte.
    """

    def __init__(self, sock: Any, pace: Pace, idle_seconds: float) -> None:
        super().__init__(sock, "r")
        self._socket = sock
        self._pace = pace
        self._idle_seconds = idle_seconds
        self._began = time.monotonic()
        self._received = 0

    def begin(self) -> None:
        """Time a request from now on."""
        self._began = time.monotonic()
        self._received = 0

    def readinto(self, buffer: Any) -> int | None:
        """As a socket, or TimeoutError if the request is too slow."""
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
    """What makes cheroot's files of a connection, the reader of which is paced."""

    def make(sock: Any, mode: str, size: int) -> Any:
        made = MakeFile(sock, mode, size)
        if "r" in mode:
            made.raw.close()  # the one that is replaced; the socket stays open
            made._raw = PacedSocket(sock, pace, idle_seconds)
        return made

    return make
