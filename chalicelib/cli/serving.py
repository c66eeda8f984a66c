"""What commands that use a running service share: its address, a key, and messages of errors."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from chalicelib.cli import UNUSABLE
from chalicelib.model.errors import LikeworthError, UnusableInput

if TYPE_CHECKING:
    from chalicelib.client import Likeworth

URL, KEY = "LIKEWORTH_URL", "LIKEWORTH_KEY"
LOCAL = "http://127.0.0.1:8000"


def add_service_options(parser: argparse.ArgumentParser, role: str) -> None:
    """Add ``--url`` and ``--key``."""
    parser.add_argument(
        "--url",
        default=os.environ.get(URL, LOCAL),
        help=f"address of the service; default: {URL}, or {LOCAL}",
    )
    parser.add_argument(
        "--key",
        default=os.environ.get(KEY, ""),
        help=f"an API key with the role {role}; default: {KEY}, which other users of this machine "
        "cannot see",
    )


def connect(options: argparse.Namespace) -> Likeworth:
    """Return a client of the service.

    Raises
    ------
    UnusableInput
        If the key is missing or the address is invalid.
    """
    from chalicelib.client import Likeworth

    if not options.key:
        raise UnusableInput(f"an API key is needed: --key KEY, or {KEY} in the environment")
    try:
        return Likeworth(options.url, options.key)
    except ValueError as error:
        raise UnusableInput(f"--url {options.url}: {error}") from error


def run_with_messages(command: str, act: Callable[[], int]) -> int:
    """Run a command; print the reason and return `UNUSABLE` if a service or a file is unusable.

    Parameters
    ----------
    command : str
        Its name, for the message.
    act : callable
        Returns the exit status.
    """
    from chalicelib.client import Problem, Unreachable

    try:
        return act()
    except LikeworthError as error:
        reason = f"{error.code}: {error.detail}"
    except (Problem, Unreachable) as error:
        reason = str(error)
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
    print(f"{command}: {reason}", file=sys.stderr)
    return UNUSABLE
