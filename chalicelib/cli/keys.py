"""``keys create``: a new API key, printed once."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import os
import re
import sys
from pathlib import Path
from typing import Any

from chalicelib.cli import UNUSABLE

ROLES = ("ingest", "read", "admin")


def add_parser(subparsers: Any) -> None:
    """Add ``keys`` with its one action ``create``."""
    keys = subparsers.add_parser("keys", help="API keys", description="API keys.")
    actions = keys.add_subparsers(dest="action", metavar="ACTION", required=True)
    create = actions.add_parser(
        "create",
        help="print a new API key, once",
        description=(
            "Print a new API key, once: only a keyed hash of it is kept. With LIKEWORTH_TABLE in "
            "the environment the key goes into that table in AWS, else into the state directory "
            "of this machine (DIR, or ~/.local/state/likeworth), where a running `serve` of the "
            "same directory takes it over at once and a later one at its start."
        ),
    )
    create.add_argument("--tenant", required=True, help="a slug, e.g. acme")
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument(
        "--currency", help="reporting currency of a tenant that is new, e.g. EUR (the default)"
    )
    create.add_argument(
        "--data", type=Path, metavar="DIR", help="the directory that `serve --data` was given"
    )
    create.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the key; the key alone on standard output."""
    from chalicelib.settings import read_settings
    from chalicelib.storage.keys import is_tenant

    if not is_tenant(arguments.tenant):
        return _refuse("a tenant is a slug: a-z, then at most 31 of a-z, 0-9, _ and -")
    if arguments.currency is not None and not re.fullmatch(r"[A-Z]{3}", arguments.currency):
        return _refuse("a currency is three capital letters, e.g. EUR")
    settings = read_settings()
    if arguments.currency is not None:
        settings = dataclasses.replace(settings, currency=arguments.currency)
    now = dt.datetime.now(dt.UTC)
    if "LIKEWORTH_TABLE" in os.environ and arguments.data is None:
        return _create_in_aws(arguments, now)
    return _create_here(arguments, settings, now)


def _create_in_aws(arguments: argparse.Namespace, now: dt.datetime) -> int:
    from chalicelib import wiring
    from chalicelib.embedded.key_records import register
    from chalicelib.services.keys import create_key

    store = wiring.store(arguments.tenant)
    if arguments.currency is not None:
        known = store.items.config()
        if known is None:
            register(store, arguments.currency)
        elif known.currency != arguments.currency:
            return _refuse(
                f"{arguments.tenant} has the reporting currency {known.currency} already"
            )
    key = create_key(store, arguments.role, now=now)
    _show(key, arguments, f"the table {store.settings.table} in AWS")
    return 0


def _create_here(arguments: argparse.Namespace, settings: Any, now: dt.datetime) -> int:
    from chalicelib.embedded.installation import Installation, state_path
    from chalicelib.embedded.key_records import recorded_currency, recording_store
    from chalicelib.services.keys import create_key

    installation = Installation(state_path(arguments.data, os.environ))
    root_secret = installation.root_secret(settings.secret).encode()
    store = recording_store(installation, arguments.tenant, settings, root_secret)
    known = recorded_currency(installation, arguments.tenant)
    if arguments.currency is not None and known not in (None, arguments.currency):
        return _refuse(f"{arguments.tenant} has the reporting currency {known} already")
    key = create_key(store, arguments.role, now=now)
    _show(key, arguments, str(installation.path))
    return 0


def _show(key: str, arguments: argparse.Namespace, place: str) -> None:
    print(
        f"A key of the tenant {arguments.tenant} with the role {arguments.role}; its hash is kept "
        f"in {place}. It is shown this once:",
        file=sys.stderr,
    )
    print(key)


def _refuse(reason: str) -> int:
    print(f"keys create: {reason}", file=sys.stderr)
    return UNUSABLE
