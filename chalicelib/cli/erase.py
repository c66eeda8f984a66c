"""``erase``: repeat erasures after items came back from a backup of the table."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from typing import Any

from chalicelib.cli import UNUSABLE, unnamed


def add_parser(subparsers: Any) -> None:
    """Add ``erase``."""
    parser = subparsers.add_parser(
        "erase",
        help="repeat the erasures of people after a restore",
        description=(
            "Erase again every person for whom there is a receipt of an erasure: after a table was "
            "restored to a point in time, or items were copied back from such a table. Works on "
            "the table and the bucket in AWS that LIKEWORTH_TABLE and LIKEWORTH_BUCKET name. "
            "Prints a line of JSON for each receipt. Safe to repeat. The exit status is 0, or 2 if "
            "a tenant cannot be used."
        ),
    )
    parser.add_argument(
        "--from-table",
        metavar="TABLE",
        help="the table whose receipts are repeated, e.g. the one that was in use until the "
        "restore (default: the table itself)",
    )
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument(
        "--tenant", action="append", metavar="T", help="a slug, e.g. acme; may be repeated"
    )
    whose.add_argument(
        "--all-tenants", action="store_true", help="all tenants whose receipts are repeated"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Repeat the erasures of tenants, one tenant after the other."""
    from botocore.exceptions import ClientError

    from chalicelib import wiring
    from chalicelib.services.privacy.erasures import repeat_erasures
    from chalicelib.storage.outages import code_of
    from chalicelib.storage.table_keys import is_tenant

    asked = arguments.tenant or []
    if not all(map(is_tenant, asked)):
        return _refuse("a tenant is a slug: a-z, then at most 31 of a-z, 0-9, _ and -")
    if (nothing := unnamed()) is not None:
        return _refuse(nothing)
    table = arguments.from_table or wiring.settings().table
    try:
        tenants = list(dict.fromkeys(asked)) or wiring.tenants(table)
        receipts = {tenant: wiring.receipts_in(table, tenant) for tenant in tenants}
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return _refuse(f"there is no table {table}")
    status = 0
    for tenant, found in receipts.items():
        store = wiring.store(tenant)
        if not store.is_registered():
            status = _refuse(f"{wiring.settings().table} has no tenant {tenant}")
            continue
        for receipt in repeat_erasures(store, found, now=utc_now()):
            told = {"tenant": tenant, "id": receipt.receipt_id, "state": receipt.state}
            print(json.dumps(told | {"events": receipt.events}), flush=True)
    return status


def utc_now() -> dt.datetime:
    """The time."""
    return dt.datetime.now(dt.UTC)


def _refuse(reason: str) -> int:
    print(f"erase: {reason}", file=sys.stderr)
    return UNUSABLE
