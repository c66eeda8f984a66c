"""Amazon's DynamoDB Local, from the npm package that carries it; needs Java 17 and npm.

The only engine on one machine that reports consumed capacity truly.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess  # starts npm and java, with fixed arguments  # nosec B404
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "amplify-dynamodb-simulator@2.9.30"
FOLDER = Path("build/dynamodb-local")
START_SECONDS = 30.0


def install(folder: Path = FOLDER) -> Path:
    """Fetch the engine once; returns the folder with its jar."""
    emulator = folder / "package" / "emulator"
    if (emulator / "DynamoDBLocal.jar").exists():
        return emulator
    for tool in ("npm", "java"):
        if shutil.which(tool) is None:
            raise SystemExit(f"DynamoDB Local needs {tool}, which is not on the PATH")
    folder.mkdir(parents=True, exist_ok=True)
    # fixed arguments, and npm from wherever the developer has it
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True)  # nosec B603 B607
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    archive.unlink()
    return emulator


@contextlib.contextmanager
def running(emulator: Path) -> Iterator[str]:
    """DynamoDB Local in memory on a free port of 127.0.0.1; yields its endpoint."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["java", "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"]
    with subprocess.Popen(  # fixed arguments and a port of our own  # nosec B603
        [*command, "-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)],
        cwd=emulator,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"DynamoDB Local ended with status {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit(f"DynamoDB Local did not answer within {START_SECONDS:.0f} s")
