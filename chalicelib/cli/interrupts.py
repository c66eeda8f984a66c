"""How a running service ends: cleanly when terminated, at once on Ctrl-C.

SIGTERM finishes running work first. Ctrl-C does not, because a fit can take minutes. Nothing is
lost: acknowledged data are on the disk, and unfinished imports and fits continue at the next start.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn, Protocol

from chalicelib.cli import INTERRUPTED

_POLL_SECONDS = 1.0


class Service(Protocol):
    """A running service."""

    def stop(self) -> None:
        """Finish running work, then stop."""

    def abandon(self) -> None:
        """Prepare for the end of the process, without finishing work."""


@contextlib.contextmanager
def stop_on_terminate() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM sets."""
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = signal.signal(signal.SIGTERM, handle)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def running(service: Service) -> Iterator[None]:
    """Stop the service at the end of the block; end the process if Ctrl-C interrupts it."""
    try:
        try:
            yield
        except KeyboardInterrupt:
            raise
        except BaseException:
            service.stop()
            raise
        service.stop()
    except KeyboardInterrupt:
        service.abandon()
        end_at_once()


def wait_for(stop: threading.Event) -> None:
    """Wait for an event so that Ctrl-C can interrupt, on Windows too."""
    while not stop.wait(_POLL_SECONDS):
        pass


def end_at_once() -> NoReturn:
    """End the process without waiting for its threads."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(INTERRUPTED)
