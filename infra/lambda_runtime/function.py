"""A function of the template as a process: `awslambdaric` with the unpacked zip."""

from __future__ import annotations

import os
import subprocess  # nosec B404 - starts a Python with fixed arguments
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from infra.lambda_runtime import runtime_api
from infra.lambda_runtime.runtime_api import FunctionError, RuntimeApi

START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Installed:
    """The interpreter, runtime packages and log of all functions."""

    python: Path
    """An interpreter of the version that Lambda runs."""
    runtime: Path
    """Folder with `awslambdaric` and the packages that Lambda's Python contains."""
    log: TextIO
    """Receives the output of the functions, which CloudWatch would store."""


class Function:
    """A process that waits for events.

    Attributes
    ----------
    cold_seconds : float
        Time from its start until its first request for an event.
    """

    def __init__(self, process: subprocess.Popen[bytes], api: RuntimeApi, cold: float) -> None:
        self.cold_seconds = cold
        self._process = process
        self._api = api

    def invoke(self, event: Any, *, seconds: float = 60.0) -> Any:
        """Call it with an event; returns its answer or raises `FunctionError`."""
        return self._api.invoke(event, seconds=seconds)

    @property
    def peak_mb(self) -> float:
        """Peak resident memory in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = (one for one in status.splitlines() if one.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024


@contextmanager
def started(
    task: Path, handler: str, installed: Installed, variables: Mapping[str, str]
) -> Iterator[Function]:
    """Start a function; yields it when it waits for events.

    Parameters
    ----------
    task : Path
        The unpacked zip.
    handler : str
        As in the template, such as ``app.fit_handler``.
    variables : mapping of str to str
        Its environment, in addition to what Lambda sets.

    Raises
    ------
    FunctionError
        If it does not start.
    """
    with runtime_api.running() as api:
        environment = {
            **variables,
            "AWS_LAMBDA_RUNTIME_API": api.address,
            "AWS_LAMBDA_FUNCTION_NAME": f"likeworth-{handler.partition('.')[2]}",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
            "AWS_XRAY_CONTEXT_MISSING": "IGNORE_ERROR",
            "LAMBDA_TASK_ROOT": str(task),
            "_HANDLER": handler,
            "PYTHONPATH": f"{task}:{installed.runtime}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": os.environ["PATH"],
        }
        # Without the interpreter's packages: only those in the zip and in Lambda's runtime.
        command = [str(installed.python), "-S", "-m", "awslambdaric", handler]
        began = time.perf_counter()
        with subprocess.Popen(  # nosec B603
            command, cwd=task, env=environment, stdout=installed.log, stderr=installed.log
        ) as process:
            try:
                if not _starts(process, api):
                    raise FunctionError(f"{handler} does not start: {api.why()}")
                yield Function(process, api, time.perf_counter() - began)
            finally:
                process.kill()


def _starts(process: subprocess.Popen[bytes], api: RuntimeApi) -> bool:
    deadline = time.perf_counter() + START_SECONDS
    while time.perf_counter() < deadline and process.poll() is None:
        if api.wait_until_asked(0.005):
            return True
    return False
