"""The command line: one module per command, imported only when it is needed.

Each module has ``add_parser(subparsers)``, which sets ``run`` (namespace -> exit status). Commands
write results to standard output and messages to standard error.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from chalicelib import __version__
from chalicelib.model.errors import LikeworthError

COMMANDS = {
    "estimate": "estimate",
    "doctor": "doctor",
    "audiences": "audiences",
    "virality": "virality",
    "plan": "planning",
    "design": "designing",
    "switchback": "reading_switchbacks",
    "dialogue": "dialogue",
    "search-effects": "search_effects",
    "convert": "convert",
    "import": "sending",
    "report": "reporting",
    "serve": "serve",
    "demo": "demo",
    "keys": "keys",
    "audit": "audit",
    "erase": "erase",
    "mcp": "mcp",
}
"""Command -> its module."""

UNUSABLE = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    The exit status is 0 for success, 2 for wrong usage or input, 130 if interrupted. Commands can
    return others.

    Parameters
    ----------
    argv : sequence of str, optional
        Without the program's name; ``sys.argv[1:]`` if absent.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        namespace = build_parser(_commands_to_load(arguments)).parse_args(arguments)
        status: int = namespace.run(namespace)
        sys.stdout.flush()
    except LikeworthError as error:
        print(f"{' '.join(program())}: {error.detail}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (a pager, head) closed the pipe; prevent a second error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def program() -> list[str]:
    """Return the words with which the user started this program."""
    name = Path(sys.argv[0]).stem if sys.argv else ""
    return ["likeworth"] if name == "likeworth" else ["python", "-m", "chalicelib"]


def missing_setting() -> str | None:
    """Return a message if the environment does not name the table or the bucket, else None.

    The defaults of these settings are for one machine. In AWS, a bucket with the default name may
    belong to a stranger.
    """
    for variable, resource in (("LIKEWORTH_TABLE", "table"), ("LIKEWORTH_BUCKET", "bucket")):
        if not os.environ.get(variable):
            return f"set {variable} to the name of the {resource} in AWS"
    return None


def build_parser(commands: Iterable[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser of these commands. Imports their modules, but not their dependencies."""
    parser = argparse.ArgumentParser(
        prog=" ".join(program()),
        description="Estimate the worth of likes, shares, followers and reviews in paid ad clicks.",
    )
    parser.add_argument("--version", action="version", version=f"likeworth {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands:
        importlib.import_module(f"chalicelib.cli.{COMMANDS[command]}").add_parser(subparsers)
    return parser


def _commands_to_load(arguments: Sequence[str]) -> Iterable[str]:
    """Return the named command; all for help or a misspelled one, none for the version."""
    if arguments[:1] == ["--version"]:
        return ()
    first = next((text for text in arguments if not text.startswith("-")), None)
    return (first,) if first in COMMANDS else COMMANDS
