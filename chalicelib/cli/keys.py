"""``keys``: create, list and revoke API keys."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.cli import UNUSABLE
from chalicelib.cli.places import data_directory, open_store
from chalicelib.model.days import stamp
from chalicelib.model.errors import NotFound, TooManyKeys

if TYPE_CHECKING:
    from chalicelib.storage.tenant_store import TenantStore

SLUG = "a tenant is a slug: a-z, then at most 31 of a-z, 0-9, _ and -"
ROLES = ("tag", "ingest", "read", "admin")
COLUMNS = ("id", "role", "state", "created_at", "expires_at", "revoked_at")
WHERE = (
    "With LIKEWORTH_TABLE in the environment and without --data, the keys are in that table in "
    "AWS. Otherwise they are in a data directory on this machine (DIR, or "
    "~/.local/state/likeworth), which `serve` may use at the same time."
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where keys are stored: a table in AWS, or a data directory."""

    store: TenantStore
    name: str


def add_parser(subparsers: Any) -> None:
    """Add ``keys`` and its actions."""
    keys = subparsers.add_parser(
        "keys", help="create, list and revoke API keys", description="Manage API keys."
    )
    actions = keys.add_subparsers(dest="action", metavar="ACTION", required=True)
    create = _add_action(
        actions,
        "create",
        "create an API key",
        "Create an API key and print it. It cannot be shown again, because only a keyed hash is "
        "stored. A tenant can have at most two active keys per role. The key is valid immediately. "
        f"{WHERE}",
    )
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument(
        "--expires",
        metavar="WHEN",
        help="expire after a number of days (90d) or at the end of a day in UTC (2027-01-31); "
        "default: never",
    )
    create.add_argument("--currency", help="reporting currency of a new tenant; default: EUR")
    create.set_defaults(run=create_key)
    listing = _add_action(
        actions,
        "list",
        "list a tenant's API keys",
        f"List API keys, without their secrets. {WHERE}",
    )
    listing.set_defaults(run=list_keys)
    revoke = _add_action(
        actions,
        "revoke",
        "revoke an API key",
        "Revoke an API key. The last admin key can be revoked, too. The key becomes invalid "
        f"immediately. {WHERE}",
    )
    revoke.add_argument("key_id", metavar="ID", help="the id of the key: the part between its dots")
    revoke.set_defaults(run=revoke_key)


def _add_action(actions: Any, name: str, summary: str, description: str) -> Any:
    action = actions.add_parser(name, help=summary, description=description)
    action.add_argument("--tenant", required=True, help="a slug, e.g. acme")
    action.add_argument(
        "--data", type=Path, metavar="DIR", help="the data directory, as in `serve --data DIR`"
    )
    return action


def create_key(arguments: argparse.Namespace) -> int:
    """Create a key; print only the key on standard output."""
    from chalicelib.services.credentials import api_keys
    from chalicelib.storage.table_keys import is_tenant

    if not is_tenant(arguments.tenant):
        return _fail("create", SLUG)
    if arguments.currency is not None and not re.fullmatch(r"[A-Z]{3}", arguments.currency):
        return _fail("create", "a currency is three capital letters, e.g. EUR")
    now = dt.datetime.now(dt.UTC)
    expires_at = None
    if arguments.expires is not None:
        try:
            expires_at = api_keys.parse_expiry(arguments.expires, now)
        except ValueError as error:
            return _fail("create", f"--expires: {error}")
    with _place(arguments) as place:
        if arguments.currency is not None:
            config = place.store.items.config() or place.store.register_with(arguments.currency)
            if config.currency != arguments.currency:
                return _fail(
                    "create", f"the reporting currency of {arguments.tenant} is {config.currency}"
                )
        try:
            key, stored = api_keys.issue_key(
                place.store, arguments.role, now=now, expires_at=expires_at
            )
        except TooManyKeys as error:
            return _fail("create", error.detail)
    end = "" if stored.expires_at is None else f" It expires at {stamp(stored.expires_at)}."
    print(
        f"Created a key with the role {arguments.role} for the tenant {arguments.tenant}. Its hash "
        f"is stored in {place.name}.{end} The key cannot be shown again:",
        file=sys.stderr,
    )
    print(key)
    return 0


def list_keys(arguments: argparse.Namespace) -> int:
    """Print one line per key, sorted by id."""
    from chalicelib.storage.table_keys import is_tenant

    if not is_tenant(arguments.tenant):
        return _fail("list", SLUG)
    now = dt.datetime.now(dt.UTC)
    if _is_empty(arguments):
        print("\t".join(COLUMNS))
        return 0
    with _place(arguments) as place:
        rows = [
            (
                one.key_id,
                one.role,
                one.state(now),
                *_format_instants(one.created_at, one.expires_at, one.revoked_at),
            )
            for one in place.store.api_keys.by_id()
        ]
    for row in (COLUMNS, *rows):
        print("\t".join(row))
    return 0


def revoke_key(arguments: argparse.Namespace) -> int:
    """Revoke a key, even the last admin key."""
    from chalicelib.services.credentials import api_keys
    from chalicelib.storage.table_keys import is_api_key_id, is_tenant

    if not is_tenant(arguments.tenant) or not is_api_key_id(arguments.key_id):
        return _fail("revoke", f"{SLUG}; the id of a key has 12 hexadecimal digits")
    now = dt.datetime.now(dt.UTC)
    if _is_empty(arguments):
        return _fail("revoke", f"{arguments.tenant} has no key {arguments.key_id}")
    with _place(arguments) as place:
        try:
            api_keys.revoke_key(place.store, arguments.key_id, now=now, even_last_admin=True)
        except NotFound:
            return _fail("revoke", f"{arguments.tenant} has no key {arguments.key_id}")
    print(f"Revoked the key {arguments.key_id} of {arguments.tenant} in {place.name}.")
    return 0


def _is_in_aws(arguments: argparse.Namespace) -> bool:
    return "LIKEWORTH_TABLE" in os.environ and arguments.data is None


def _is_empty(arguments: argparse.Namespace) -> bool:
    from chalicelib.local.database import is_empty

    return not _is_in_aws(arguments) and is_empty(data_directory(arguments.data))


@contextlib.contextmanager
def _place(arguments: argparse.Namespace) -> Iterator[_Place]:
    if _is_in_aws(arguments):
        from chalicelib import wiring

        store = wiring.store(arguments.tenant)
        yield _Place(store, f"the table {store.settings.table} in AWS")
        return
    directory = data_directory(arguments.data)
    with open_store(directory, arguments.tenant) as store:
        yield _Place(store, str(directory))


def _format_instants(*instants: dt.datetime | None) -> list[str]:
    return ["-" if at is None else stamp(at) for at in instants]


def _fail(action: str, reason: str) -> int:
    print(f"keys {action}: {reason}", file=sys.stderr)
    return UNUSABLE
