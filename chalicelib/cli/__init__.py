"""The command line: one module per command, loaded when it is asked for.

Each module has ``add_parser(subparsers)``, which sets ``run`` (namespace -> exit status). Answers
go to standard output, everything said about them to standard error.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from chalicelib import __version__
from chalicelib.model.errors import LikeworthError

COMMANDS = ("estimate", "convert", "serve", "demo", "keys", "audit", "erase")
UNUSABLE = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv : sequence of str, optional
        Without the program's name; ``sys.argv[1:]`` if absent.

    Returns
    -------
    int
        The exit status: 0 done, 2 wrong usage or input, 130 interrupted, else the command's own.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = build_parser(_needed(arguments))
    namespace = parser.parse_args(arguments)
    try:
        status: int = namespace.run(namespace)
        sys.stdout.flush()
    except LikeworthError as error:
        print(f"{parser.prog}: {error.detail}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # who read us (a pager, head) has enough; Python must not complain again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def unnamed() -> str | None:
    """What the environment does not name of the table and the bucket in AWS; None if both are.

    The settings have defaults for one machine. In AWS a bucket of that name may be anybody's.
    """
    for variable, what in (("LIKEWORTH_TABLE", "table"), ("LIKEWORTH_BUCKET", "bucket")):
        if not os.environ.get(variable):
            return f"{variable} names no {what}"
    return None


def build_parser(commands: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """The parser of these commands; their modules are imported, what they need to run is not."""
    parser = argparse.ArgumentParser(
        prog="python -m chalicelib",
        description="What likes, shares, followers and reviews are worth next to a paid ad click.",
    )
    parser.add_argument("--version", action="version", version=f"likeworth {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands:
        importlib.import_module(f"chalicelib.cli.{command}").add_parser(subparsers)
    return parser


def _needed(arguments: Sequence[str]) -> Sequence[str]:
    """The one command that is asked for, or all of them where none is (help, a misspelt one)."""
    first = next((text for text in arguments if not text.startswith("-")), None)
    return (first,) if first in COMMANDS else COMMANDS
