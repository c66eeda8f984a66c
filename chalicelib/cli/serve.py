"""``serve``: run the whole service on this machine."""

from __future__ import annotations

import argparse
import datetime as dt
import errno
import importlib.util
import os
import sqlite3
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import chalicelib
from chalicelib.cli import UNUSABLE, program
from chalicelib.cli.interrupts import running, stop_on_terminate, wait_for
from chalicelib.cli.places import reason_of
from chalicelib.cli.progress import step
from chalicelib.model.errors import (
    DamagedStore,
    LikeworthError,
    MisconfiguredService,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from chalicelib.local.service import Application, LocalService

FAILED = 1
PORT = 8000
TENANT = "local"


def add_parser(subparsers: Any) -> None:
    """Add ``serve``."""
    parser = subparsers.add_parser(
        "serve",
        help="run the whole service on this machine",
        description=(
            "Run the whole service in one process: API, dashboard, imports, day totals, fits and "
            "daily jobs. It listens only on 127.0.0.1, unless --host is given."
        ),
    )
    parser.add_argument(
        "--port", type=parse_port, default=PORT, help="default: %(default)s; 0: any free port"
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="the address to listen on, e.g. 0.0.0.0 in a container (default: %(default)s). The "
        "service speaks HTTP without encryption: put a proxy with TLS before it, and set "
        "LIKEWORTH_PUBLIC_URL to its address",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=(
            "store all data in this directory. Without it, the data are deleted when the service "
            "stops. Acknowledged data are on the disk: killing the process or a power cut does "
            "not lose them."
        ),
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="do not serve; read all data in DIR and report damage",
    )
    parser.add_argument(
        "--backup",
        type=Path,
        metavar="TARGET",
        help="do not serve; copy DIR to a new directory. DIR may be in use by `serve`",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted, or check or back up a data directory."""
    if arguments.check or arguments.backup is not None:
        if arguments.data is None:
            return _fail("--check and --backup need --data DIR")
        return _check(arguments.data) if arguments.check else _back_up(arguments)
    with stop_on_terminate() as stop:
        service = open_service(arguments.port, arguments.data, arguments.host)
        if service is None:
            return UNUSABLE
        with running(service):
            service.start()
            _print_welcome(service, arguments.data)
            wait_for(stop)
            print("Finishing running work, then stopping ...", file=sys.stderr)
    return 0


def load_application() -> ModuleType:
    """Import the Chalice application, by its file: ``app`` may be the name of any module.

    It is next to the package in a clone and in AWS, because Chalice looks for it there, and in the
    package in an installation, because site-packages is not ours.
    """
    package = Path(chalicelib.__file__).parent
    installed = package / "installed_app.py"
    file = installed if installed.exists() else package.parent / "app.py"
    known = sys.modules.get("app")
    if known is not None and known.__file__ is not None and Path(known.__file__) == file:
        return known
    spec = importlib.util.spec_from_file_location("app", file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["app"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def open_service(port: int, data: Path | None, host: str = "127.0.0.1") -> LocalService | None:
    """Create the service without starting it. On failure, print the reason and return None."""
    from chalicelib.local.installation import Installation, state_path
    from chalicelib.local.machine import DirectoryInUseError, UnusableDirectoryError
    from chalicelib.local.service import LocalService

    installation = Installation(state_path(data, os.environ))
    application = cast("Application", load_application())
    try:
        return LocalService(application, installation, port=port, data=data, host=host)
    except (DirectoryInUseError, UnusableDirectoryError) as error:
        _fail(str(error))
    except (DamagedStore, StoreUnavailable, MisconfiguredService) as error:
        _fail(_reason(error, installation.path))
    except OSError as error:
        if error.filename is not None:
            _fail(reason_of(error))
        elif error.errno in (errno.EADDRINUSE, errno.EACCES):
            reason = "is in use" if error.errno == errno.EADDRINUSE else "needs more permissions"
            _fail(f"port {port} of {host} {reason}; choose another with --port")
        else:
            raise
    return None


def _check(data: Path) -> int:
    from chalicelib.local.checking import findings
    from chalicelib.local.database import FILE, Database
    from chalicelib.local.versioned_files import Files

    if not (data / FILE).exists():
        return _fail(f"{data / FILE} does not exist", "check")
    count = 0
    try:
        database = Database(data)
        try:
            with step("reading all data") as progress:
                for finding in findings(
                    database, Files(data / "objects", database), lambda share: progress(share, "")
                ):
                    print(finding)
                    count += 1
        finally:
            database.close()
    except DamagedStore as error:
        print(error.detail)
        count += 1
    except LikeworthError as error:
        return _fail(_reason(error, data), "check")
    except OSError as error:
        return _fail(reason_of(error), "check")
    if count:
        print(f"{count} findings: restore a backup of {data}", file=sys.stderr)
        return FAILED
    print(f"No damage found in {data}.")
    return 0


def _back_up(arguments: argparse.Namespace) -> int:
    from chalicelib.local.backups import back_up
    from chalicelib.local.database import FILE

    if not (arguments.data / FILE).exists():
        return _fail(f"{arguments.data / FILE} does not exist", "back up")
    try:
        back_up(arguments.data, arguments.backup)
    except LikeworthError as error:
        return _fail(_reason(error, arguments.data), "back up")
    except OSError as error:
        return _fail(reason_of(error), "back up")
    print(f"Copied {arguments.data} to {arguments.backup}. Serve the copy with --data.")
    return 0


def _reason(error: LikeworthError, directory: Path) -> str:
    """Return why a directory cannot be used, with the file that caused it if it is known."""
    from chalicelib.local.database import FILE

    cause = error.__cause__
    if isinstance(cause, OSError) and cause.filename is not None:
        return reason_of(cause)
    if isinstance(error, StoreUnavailable) and isinstance(cause, sqlite3.Error):
        return f"{directory / FILE}: {cause}"
    return error.detail


def _fail(reason: str, action: str = "serve") -> int:
    print(f"cannot {action}: {reason}", file=sys.stderr)
    return UNUSABLE


def _print_welcome(service: LocalService, data: Path | None) -> None:
    url = service.url
    print(f"Likeworth runs at {url}. Open it in a browser for the dashboard.")
    print("docs/api.md describes the API. Press Ctrl-C to stop.")
    if service.has_admin(TENANT):
        directory = f" --data {data}" if data is not None else ""
        print(
            "Your existing API keys are valid. To create another: "
            f"{' '.join(program())} keys create --tenant {TENANT} --role admin{directory}"
        )
        key = "YOUR_KEY"
    else:
        key = service.create_key(TENANT, "admin")
        print(f"An admin key for the tenant {TENANT}. It cannot be shown again:\n\n  {key}\n")
    if data is None:
        print("All data are deleted when the service stops. To keep them, use --data DIR.")
    print(examples(url, key), flush=True)


def examples(url: str, key: str) -> str:
    """Return example requests with curl."""
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = (
        f'{{"events": [{{"kind": "engagement", "event_id": "first", "occurred_at": "{now}", '
        '"channel": "facebook", "type": "like", "user_id": "anna"}]}'
    )
    return f"""Example requests:

  export KEY={key}
  curl -s {url}/v1/health
  curl -s {url}/v1/events -H "x-api-key: $KEY" -H 'content-type: application/json' \\
    -d '{event}'
  curl -s "{url}/v1/timeseries?metric=engagements&group_by=channel&from={now[:10]}&to={now[:10]}" \\
    -H "x-api-key: $KEY"
  curl -s {url}/v1/imports -H "x-api-key: $KEY" -H 'content-type: application/json' \\
    -d '{{"filename": "report.csv"}}'   # returns a URL; PUT the file there
"""


def parse_port(text: str) -> int:
    """Parse a port number; raises ArgumentTypeError or ValueError."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return number
