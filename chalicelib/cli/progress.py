"""Progress of a long step: a bar on a terminal, otherwise a line every few seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

QUIET_SECONDS = 2.0
LINE_SECONDS = 5.0


class Step(Protocol):
    """Receives the progress of a step."""

    def __call__(self, share: float, note: str = "") -> None:
        """Report the completed share, in [0, 1]."""


@contextmanager
def step(title: str, out: TextIO | None = None, *, lines: bool = True) -> Iterator[Step]:
    """Show the progress of a step that takes longer than `QUIET_SECONDS`.

    Parameters
    ----------
    title : str
        Shown in front of the progress.
    out : text stream, optional
        Standard error if absent.
    lines : bool
        Whether to print lines if standard error is not a terminal.
    """
    stream = sys.stderr if out is None else out
    shown: _Bar | _Lines | _Nothing
    if stream.isatty() and out is None:
        shown = _Bar(title)
    else:
        shown = _Lines(title, stream) if lines else _Nothing()
    try:
        yield shown
    finally:
        shown.close()


class _Nothing:
    def __call__(self, share: float, note: str = "") -> None:
        pass

    def close(self) -> None:
        pass


class _Lines:
    def __init__(self, title: str, stream: TextIO) -> None:
        self._title = title
        self._stream = stream
        self._began = self._last = time.monotonic()

    def __call__(self, share: float, note: str = "") -> None:
        now = time.monotonic()
        pause = LINE_SECONDS if self._last > self._began else QUIET_SECONDS
        if now - self._last >= pause:
            self._last = now
            tail = f" ({note})" if note else ""
            print(f"{self._title}: {share:.0%}{tail}", file=self._stream, flush=True)

    def close(self) -> None:
        if self._last > self._began:
            took = time.monotonic() - self._began
            print(f"{self._title}: done in {took:.1f} s", file=self._stream, flush=True)


class _Bar:
    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._began = time.monotonic()
        self._running = False
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", style="dim"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task(title, total=1.0, note="")

    def __call__(self, share: float, note: str = "") -> None:
        if not self._running and time.monotonic() - self._began >= QUIET_SECONDS:
            self._progress.start()
            self._running = True
        self._progress.update(self._task, completed=share, note=note)

    def close(self) -> None:
        if self._running:
            self._progress.stop()
