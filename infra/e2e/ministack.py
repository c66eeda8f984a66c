"""MiniStack as a server: AWS on one machine that deploys templates and runs functions."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess  # nosec B404 - starts a pinned program with fixed arguments
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

REGION = "eu-central-1"
STAND_IN = "test"
START_SECONDS = 60.0


class Server:
    """A running MiniStack."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self, service: str) -> Any:
        """A client of one of its services."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=STAND_IN,
            aws_secret_access_key=STAND_IN,
        )

    def variables(self) -> dict[str, str]:
        """Environment variables with which clients of AWS reach it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": STAND_IN,
            "AWS_SECRET_ACCESS_KEY": STAND_IN,
        }


@contextlib.contextmanager
def running(program: Path, log: Path) -> Iterator[Server]:
    """MiniStack on a free port of 127.0.0.1, empty; stopped at the end.

    Parameters
    ----------
    program : Path
        From an environment with the Python version of Lambda, because functions run with it.
    log : Path
        Receives the output of MiniStack and of the functions.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "PATH": os.environ["PATH"],
        "HOME": str(log.parent),
        "OPENBLAS_NUM_THREADS": "1",
    }
    with (
        log.open("w") as written,
        subprocess.Popen(  # nosec B603
            [str(program)], env=environment, cwd=log.parent, stdout=written, stderr=written
        ) as process,
    ):
        server = Server(f"http://127.0.0.1:{port}")
        try:
            _wait(server, process)
            yield server
        finally:
            process.terminate()


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"MiniStack ended with status {process.returncode}")
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{server.endpoint}/_ministack/health", timeout=2)  # nosec B310
            return
        time.sleep(0.2)
    raise SystemExit(f"MiniStack did not answer within {START_SECONDS:.0f} s")
