"""Amazon's DynamoDB Local as a process of ours: on 127.0.0.1 alone, and never longer than we live.

Its standard input is a pipe that this process alone holds. However this process ends (also by
SIGKILL), the pipe ends with it, and `Launcher.java` ends Java then. Java also holds a lock on its
directory for as long as it lives, so that no second one can open the same files. One that is left
over all the same (it was stopped by a debugger, say) is ended by the next start.

Data of different access keys are apart in DynamoDB Local. The key here is drawn once and kept
beside the table: whoever else uses this machine reaches the port, but not the table.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess  # starts java, with arguments of our own  # nosec B404
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from chalicelib.embedded.aws import REGION, Answer, Call
from chalicelib.embedded.files import replace_file

JAR = "DynamoDBLocal.jar"
LIBRARIES = "DynamoDBLocal_lib"
LAUNCHER = Path(__file__).with_name("Launcher.java")

START_SECONDS = 60.0
END_SECONDS = 5.0
ANSWER_SECONDS = 60.0
"""After so long without an answer nobody knows whether a write has been done."""

_POLL_SECONDS = 0.05
_CONNECTIONS = 32
_LISTENING = re.compile(r"^likeworth: (127\.0\.0\.1:\d+)$", re.MULTILINE)
_KEPT_FROM_JAVA = ("LIKEWORTH_", "AWS_")


class EngineUnavailableError(RuntimeError):
    """DynamoDB Local cannot be started here."""


def installed_in(given: str, environment: Mapping[str, str]) -> Path:
    """The folder of DynamoDB Local: `given`, else that into which `make dynamodb-local` puts it."""
    if given:
        return Path(given)
    base = environment.get("XDG_DATA_HOME", "")
    root = Path(base) if base and os.path.isabs(base) else Path.home() / ".local" / "share"
    return root / "likeworth" / "dynamodb-local"


@contextlib.contextmanager
def running(folder: Path, directory: Path, *, keep: bool = True) -> Iterator[DynamoDbLocal]:
    """A DynamoDB Local that keeps its tables in a directory.

    Parameters
    ----------
    folder : Path
        Where its jar lies.
    directory : Path
        Made if need be. Nobody else may serve from it: see `state.locked`.
    keep : bool, optional
        Whether tables lie there; else they are in memory, the same ones for every access key.

    Raises
    ------
    EngineUnavailableError
        If there is no Java or no jar, if it does not start, or if one from before does not end.
    """
    java, jar = _java(os.environ), folder / JAR
    if not jar.exists():
        raise EngineUnavailableError(
            f"there is no DynamoDB Local in {folder}: `make dynamodb-local` installs it there, or "
            f"LIKEWORTH_DYNAMODB_LOCAL names the folder of its {JAR}"
        )
    directory = directory.resolve()
    directory.mkdir(mode=0o700, exist_ok=True)
    log = directory / "log"
    lock = _lock(directory)
    try:
        process = _start(java, folder, directory, lock, log, keep=keep)
    finally:
        os.close(lock)  # from now on Java alone holds it
    try:
        endpoint = _wait_for(process, log)
        yield DynamoDbLocal(process, endpoint, _access_key(directory))
    finally:
        _end(process)


class DynamoDbLocal:
    """A DynamoDB Local that runs.

    Attributes
    ----------
    endpoint : str
        Its URL.
    """

    def __init__(self, process: subprocess.Popen[bytes], endpoint: str, access_key: str) -> None:
        self._process = process
        self.endpoint = endpoint
        self._authorization = (
            f"AWS4-HMAC-SHA256 Credential={access_key}/20260101/{REGION}/dynamodb/aws4_request, "
            "SignedHeaders=host, Signature=unchecked"
        )
        self._http = URLLib3Session(
            timeout=(ANSWER_SECONDS, ANSWER_SECONDS),
            max_pool_connections=_CONNECTIONS,
            # else a body waits 40 ms for the headers' acknowledgement
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def ended(self) -> int | None:
        """The exit status of one that has ended, which it should not; None while it runs."""
        return self._process.poll()

    def answer(self, call: Call) -> Answer:
        """Status, headers and body of its answer to a call.

        Raises
        ------
        botocore.exceptions.HTTPClientError
            If none came; whether a write has been done is then not known.
        """
        headers = {
            name: call.headers[name]
            for name in ("x-amz-target", "content-type")
            if name in call.headers
        }
        headers["authorization"] = self._authorization
        request = AWSRequest("POST", self.endpoint, headers=headers, data=call.body)
        response = self._http.send(request.prepare())
        return response.status_code, dict(response.headers), response.content


# --- the process ----------------------------------------------------------------------------------


def _java(environment: Mapping[str, str]) -> str:
    home = environment.get("JAVA_HOME", "")
    found = (shutil.which("java", path=f"{home}/bin") if home else None) or shutil.which("java")
    if found is None:
        raise EngineUnavailableError(
            "DynamoDB Local needs a Java development kit, 17 or newer, and there is no `java` in "
            "JAVA_HOME or on the PATH"
        )
    return found


def _start(
    java: str, folder: Path, directory: Path, lock: int, log: Path, *, keep: bool
) -> subprocess.Popen[bytes]:
    folder = folder.resolve()
    libraries = folder / LIBRARIES
    command = [
        java,
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        f"-Djava.library.path={libraries}",
        "-cp",
        os.pathsep.join((str(folder / JAR), f"{libraries}/*")),
        str(LAUNCHER),
        "-disableTelemetry",
        *(("-dbPath", str(directory)) if keep else ("-inMemory", "-sharedDb")),
        *("-port", "8000"),  # it wants one; Launcher takes any that is free
    ]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(_KEPT_FROM_JAVA)
    }
    os.ftruncate(lock, 0)
    with open(log, "wb", opener=_for_owner) as out:
        process = subprocess.Popen(  # noqa: S603 - arguments of our own  # nosec B603
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            pass_fds=(lock,),
            start_new_session=True,  # Ctrl-C is for us, who still have to write
        )
    os.pwrite(lock, str(process.pid).encode(), 0)
    return process


def _wait_for(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        said = log.read_text(encoding="utf-8", errors="replace")
        found = _LISTENING.search(said)
        if found:
            return f"http://{found[1]}/"
        if process.poll() is not None:
            reason = next((line.strip() for line in said.splitlines() if "rror" in line), "")
            raise EngineUnavailableError(
                f"DynamoDB Local ended with status {process.returncode} as it was started "
                f"({reason or 'it did not say why'}; all that it said is in {log}). It needs a "
                "Java development kit, 17 or newer"
            )
        time.sleep(_POLL_SECONDS)
    raise EngineUnavailableError(
        f"DynamoDB Local did not answer within {START_SECONDS:.0f} s; what it said is in {log}"
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# --- its directory --------------------------------------------------------------------------------


def _lock(directory: Path) -> int:
    """The lock that Java holds while it lives; one that outlived its parent is ended first."""
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if _locked_within(lock, END_SECONDS):
            return lock
        text = os.pread(lock, 32, 0).decode("ascii", errors="replace")
        pid = int(text) if text.isdecimal() else 0
        if pid and _is_java_of(pid, directory):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            if _locked_within(lock, END_SECONDS):
                return lock
        raise EngineUnavailableError(
            f"a DynamoDB Local from before still has {directory} (process {pid or 'unknown'}): end "
            "it first"
        )
    except BaseException:
        os.close(lock)
        raise


def _locked_within(lock: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True


def _is_java_of(pid: int, directory: Path) -> bool:
    """Whether a process is one that `_start` has started for this directory."""
    ps = shutil.which("ps")
    if ps is None:
        return False
    told = subprocess.run(  # noqa: S603 - arguments of our own  # nosec B603
        [ps, "-ww", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False
    )
    return LAUNCHER.name in told.stdout and f"-dbPath {directory} " in told.stdout


def _access_key(directory: Path) -> str:
    """The access key under which the table lies, drawn on first use."""
    file = directory / "access-key"
    if not file.exists():
        replace_file(file, b"LW" + secrets.token_hex(9).upper().encode())
    return file.read_text(encoding="ascii").strip()


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
