"""``mcp``: serve the answers as tools for AI assistants, over standard input and output."""

from __future__ import annotations

import argparse
import sys

UNUSABLE = 2


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "mcp",
        help="serve the answers as read-only tools for AI assistants (Model Context Protocol)",
        description="Serve the answers of a running service as read-only tools over standard input "
        "and output. The API key needs the role read; it is read from LIKEWORTH_KEY.",
    )
    parser.add_argument("--url", help="address of the service (default: LIKEWORTH_URL)")
    parser.set_defaults(run=run)


def run(namespace: argparse.Namespace) -> int:
    """Serve until standard input ends; return the exit status."""
    from chalicelib.client import Likeworth

    try:
        from chalicelib.client.mcp_server import build_server
    except ModuleNotFoundError as error:
        if error.name != "mcp":
            raise
        print("install the package first: pip install 'likeworth[mcp]'", file=sys.stderr)
        return UNUSABLE
    try:
        brand = Likeworth(namespace.url)
    except ValueError as error:
        print(f"likeworth mcp: {error}", file=sys.stderr)
        return UNUSABLE
    build_server(brand).run()
    return 0
