"""``serve``: the whole service on this machine."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import errno
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

from chalicelib.cli import UNUSABLE
from chalicelib.cli.progress import step
from chalicelib.embedded.engine import ENGINES, EngineMismatchError

if TYPE_CHECKING:
    from chalicelib.embedded.service import Application, EmbeddedService

FAILED = 1
PORT = 8000
TENANT = "local"
LOOK_SECONDS = 1.0


def add_parser(subparsers: Any) -> None:
    """Add ``serve``."""
    parser = subparsers.add_parser(
        "serve",
        help="the whole service on this machine",
        description=(
            "The whole service in one process on an embedded AWS: API, dashboard, imports from S3, "
            "day totals, fits, the daily schedule. It listens on 127.0.0.1 only."
        ),
    )
    parser.add_argument(
        "--port", type=parse_port, default=PORT, help="default: %(default)s; 0: any"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=(
            "keep everything in this directory; without it everything is forgotten at the end. "
            "Killing the process (kill -9) loses no event that was acknowledged, but may lose the "
            "notice of a file that was dropped into the bucket within the last two seconds: drop "
            "it in again. A power cut may lose the last seconds of everything."
        ),
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        help=(
            "what keeps the table of DIR: the embedded one (the default of a new directory), or "
            "Amazon's DynamoDB Local, which needs Java and `make dynamodb-local`. A directory "
            "remembers its engine, and no other reads it"
        ),
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    stop = threading.Event()
    with interrupts_set(stop):
        service = open_service(arguments.port, arguments.data, arguments.engine)
        if service is None:
            return UNUSABLE
        try:
            service.start()
            _greet(service, arguments.data)
            while not stop.wait(LOOK_SECONDS):
                if (
                    service.dynamodb_local is not None
                    and service.dynamodb_local.ended() is not None
                ):
                    print(
                        "DynamoDB Local has ended by itself; nothing that was acknowledged is "
                        "lost. Start again",
                        file=sys.stderr,
                    )
                    return FAILED
            print("stopping: what is at hand is brought to its end ...", file=sys.stderr)
        finally:
            service.stop()
    return 0


def open_service(port: int, data: Path | None, engine: str | None = None) -> EmbeddedService | None:
    """The service, not started yet; None, with the reason on standard error, if it cannot be."""
    from chalicelib.embedded.dynamodb_local import EngineUnavailableError
    from chalicelib.embedded.installation import Installation, state_path
    from chalicelib.embedded.service import EmbeddedService
    from chalicelib.embedded.state import DirectoryInUseError

    installation = Installation(state_path(data, os.environ))
    application = cast("Application", importlib.import_module("app"))
    try:
        with step("loading what was kept") as on_load:
            return EmbeddedService(
                application, installation, port=port, data=data, engine=engine, on_load=on_load
            )
    except (DirectoryInUseError, EngineMismatchError, EngineUnavailableError) as error:
        print(f"cannot serve: {error}", file=sys.stderr)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        reason = "is in use" if error.errno == errno.EADDRINUSE else "may not be opened"
        print(
            f"cannot serve: port {port} of 127.0.0.1 {reason}; --port chooses another",
            file=sys.stderr,
        )
    return None


@contextlib.contextmanager
def interrupts_set(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C and SIGTERM set an event; a second Ctrl-C ends at once."""

    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _greet(service: EmbeddedService, data: Path | None) -> None:
    url = service.url
    print(f"Likeworth is at {url} (a dashboard; docs/api.md describes the API). Ctrl-C stops it.")
    if service.has_admin(TENANT):
        directory = f" --data {data}" if data is not None else ""
        print(
            "Your API keys of before are valid. Another one: python -m chalicelib keys create "
            f"--tenant {TENANT} --role admin{directory}"
        )
        key = "YOUR_KEY"
    else:
        key = service.create_key(TENANT, "admin")
        print(f"An admin key of the tenant {TENANT}, shown this once:\n\n  {key}\n")
    if service.dynamodb_local is not None:
        print(f"Its table is in a DynamoDB Local (process {service.dynamodb_local.pid}).")
    if data is None:
        print("Nothing is kept when it stops; --data DIR keeps it.")
    print(examples(url, key), flush=True)


def examples(url: str, key: str) -> str:
    """What to try with curl."""
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = (
        f'{{"events": [{{"kind": "engagement", "event_id": "first", "occurred_at": "{now}", '
        '"channel": "facebook", "type": "like", "user_id": "anna"}]}'
    )
    return f"""Try:

  export KEY={key}
  curl -s {url}/v1/health
  curl -s {url}/v1/events -H "x-api-key: $KEY" -H 'content-type: application/json' \\
    -d '{event}'
  curl -s "{url}/v1/timeseries?metric=engagements&group_by=channel&from={now[:10]}&to={now[:10]}" \\
    -H "x-api-key: $KEY"
  curl -s {url}/v1/imports -H "x-api-key: $KEY" -H 'content-type: application/json' \\
    -d '{{"filename": "report.csv"}}'   # answers with a URL to PUT the file to
"""


def parse_port(text: str) -> int:
    """A port from the command line."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return number
