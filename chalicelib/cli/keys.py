"""``keys``: make an API key and print it once, list them, revoke one."""

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
from chalicelib.cli.places import directory_of, opened
from chalicelib.model.days import stamp
from chalicelib.model.errors import NotFound, TooManyKeys

if TYPE_CHECKING:
    from chalicelib.storage.tenant_store import TenantStore

ROLES = ("tag", "ingest", "read", "admin")
COLUMNS = ("id", "role", "state", "created_at", "expires_at", "revoked_at")
WHERE = (
    "With LIKEWORTH_TABLE in the environment the keys are those of that table in AWS, else those "
    "of a data directory on this machine (DIR, or ~/.local/state/likeworth), which may be served "
    "meanwhile."
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where keys are kept: a table in AWS, or a directory here."""

    store: TenantStore
    name: str


def add_parser(subparsers: Any) -> None:
    """Add ``keys`` with its actions."""
    keys = subparsers.add_parser("keys", help="API keys", description="API keys.")
    actions = keys.add_subparsers(dest="action", metavar="ACTION", required=True)
    create = _add_action(
        actions,
        "create",
        "print a new API key, once",
        "Print a new API key, once: only a keyed hash of it is kept. A tenant has at most two "
        f"active keys of a role. {WHERE} The key is valid at once.",
    )
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument(
        "--expires",
        metavar="WHEN",
        help="after so many days (90d), or at the end of a day (2027-01-31, UTC); default: never",
    )
    create.add_argument(
        "--currency", help="reporting currency of a tenant that is new, e.g. EUR (the default)"
    )
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
        f"Revoke an API key, also the last one of an admin. {WHERE} It is invalid at once.",
    )
    revoke.add_argument(
        "key_id", metavar="ID", help="the public part: what stands between the dots of a key"
    )
    revoke.set_defaults(run=revoke_key)


def _add_action(actions: Any, name: str, summary: str, description: str) -> Any:
    action = actions.add_parser(name, help=summary, description=description)
    action.add_argument("--tenant", required=True, help="a slug, e.g. acme")
    action.add_argument(
        "--data", type=Path, metavar="DIR", help="the directory that `serve --data` was given"
    )
    return action


def create_key(arguments: argparse.Namespace) -> int:
    """Make a key; the key alone on standard output."""
    from chalicelib.services.credentials import api_keys
    from chalicelib.storage.table_keys import is_tenant

    if not is_tenant(arguments.tenant):
        return _refuse("create", "a tenant is a slug: a-z, then at most 31 of a-z, 0-9, _ and -")
    if arguments.currency is not None and not re.fullmatch(r"[A-Z]{3}", arguments.currency):
        return _refuse("create", "a currency is three capital letters, e.g. EUR")
    now = dt.datetime.now(dt.UTC)
    expires_at = None
    if arguments.expires is not None:
        try:
            expires_at = api_keys.parse_expiry(arguments.expires, now)
        except ValueError as error:
            return _refuse("create", f"--expires: {error}")
    with _place(arguments) as place:
        if arguments.currency is not None:
            config = place.store.items.config() or place.store.register_with(arguments.currency)
            if config.currency != arguments.currency:
                return _refuse(
                    "create", f"{arguments.tenant} has the reporting currency {config.currency}"
                )
        try:
            key, kept = api_keys.issue_key(
                place.store, arguments.role, now=now, expires_at=expires_at
            )
        except TooManyKeys as error:
            return _refuse("create", error.detail)
    end = "" if kept.expires_at is None else f" It expires at {stamp(kept.expires_at)}."
    print(
        f"A key of the tenant {arguments.tenant} with the role {arguments.role}; its hash is kept "
        f"in {place.name}.{end} It is shown this once:",
        file=sys.stderr,
    )
    print(key)
    return 0


def list_keys(arguments: argparse.Namespace) -> int:
    """Print a line for each key, by id."""
    from chalicelib.storage.table_keys import is_tenant

    if not is_tenant(arguments.tenant):
        return _refuse("list", "this is no name of a tenant")
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
                *_told(one.created_at, one.expires_at, one.revoked_at),
            )
            for one in place.store.api_keys.by_id()
        ]
    for row in (COLUMNS, *rows):
        print("\t".join(row))
    return 0


def revoke_key(arguments: argparse.Namespace) -> int:
    """Revoke a key, whichever it is."""
    from chalicelib.services.credentials import api_keys
    from chalicelib.storage.table_keys import is_api_key_id, is_tenant

    if not is_tenant(arguments.tenant) or not is_api_key_id(arguments.key_id):
        return _refuse("revoke", "a tenant, and the 12 hexadecimal digits of a key's id are needed")
    now = dt.datetime.now(dt.UTC)
    if _is_empty(arguments):
        return _refuse("revoke", f"{arguments.tenant} has no key {arguments.key_id}")
    with _place(arguments) as place:
        try:
            api_keys.revoke_key(place.store, arguments.key_id, now=now, even_last_admin=True)
        except NotFound:
            return _refuse("revoke", f"{arguments.tenant} has no key {arguments.key_id}")
    print(f"The key {arguments.key_id} of {arguments.tenant} is revoked in {place.name}.")
    return 0


def _is_in_aws(arguments: argparse.Namespace) -> bool:
    return "LIKEWORTH_TABLE" in os.environ and arguments.data is None


def _is_empty(arguments: argparse.Namespace) -> bool:
    """Whether there is no data directory yet."""
    from chalicelib.local.database import is_empty

    return not _is_in_aws(arguments) and is_empty(directory_of(arguments.data))


@contextlib.contextmanager
def _place(arguments: argparse.Namespace) -> Iterator[_Place]:
    if _is_in_aws(arguments):
        from chalicelib import wiring

        store = wiring.store(arguments.tenant)
        yield _Place(store, f"the table {store.settings.table} in AWS")
        return
    directory = directory_of(arguments.data)
    with opened(directory, arguments.tenant) as store:
        yield _Place(store, str(directory))


def _told(*instants: dt.datetime | None) -> list[str]:
    return ["-" if at is None else stamp(at) for at in instants]


def _refuse(action: str, reason: str) -> int:
    print(f"keys {action}: {reason}", file=sys.stderr)
    return UNUSABLE
