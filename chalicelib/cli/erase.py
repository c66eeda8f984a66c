"""``erase``: repeat erasures after a restore of the table."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from typing import Any

from chalicelib.cli import UNUSABLE, missing_setting


def add_parser(subparsers: Any) -> None:
    """Add ``erase``."""
    parser = subparsers.add_parser(
        "erase",
        help="repeat the erasures of people after a restore",
        description=(
            "Repeat every erasure that has a receipt. Run it after you restore a table to a point "
            "in time, or copy items back from such a table. Set LIKEWORTH_TABLE and "
            "LIKEWORTH_BUCKET to the names of the table and the bucket in AWS. Prints one line of "
            "JSON per receipt. You can run it again safely. The exit status is 0, or 2 if a table "
            "or a tenant does not exist."
        ),
    )
    parser.add_argument(
        "--from-table",
        metavar="TABLE",
        help="the table to read receipts from, e.g. the one in use before the restore "
        "(default: LIKEWORTH_TABLE)",
    )
    tenants = parser.add_mutually_exclusive_group(required=True)
    tenants.add_argument(
        "--tenant", action="append", metavar="T", help="a slug, e.g. acme; may be repeated"
    )
    tenants.add_argument(
        "--all-tenants", action="store_true", help="all tenants of the table with the receipts"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Repeat the erasures of each tenant."""
    from botocore.exceptions import ClientError

    from chalicelib import wiring
    from chalicelib.services.privacy.erasures import repeat_erasures
    from chalicelib.storage.outages import code_of
    from chalicelib.storage.table_keys import is_tenant

    requested = arguments.tenant or []
    if not all(map(is_tenant, requested)):
        return _fail("a tenant is a slug: a-z, then at most 31 of a-z, 0-9, _ and -")
    if (problem := missing_setting()) is not None:
        return _fail(problem)
    table = arguments.from_table or wiring.settings().table
    try:
        tenants = list(dict.fromkeys(requested)) or wiring.tenants(table)
        receipts = {tenant: wiring.receipts_in(table, tenant) for tenant in tenants}
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return _fail(f"the table {table} does not exist")
    status = 0
    for tenant, found in receipts.items():
        store = wiring.store(tenant)
        if not store.is_registered():
            status = _fail(
                f"the table {wiring.settings().table} does not contain the tenant {tenant}"
            )
            continue
        for receipt in repeat_erasures(store, found, now=utc_now()):
            record = {"tenant": tenant, "id": receipt.receipt_id, "state": receipt.state}
            print(json.dumps(record | {"events": receipt.events}), flush=True)
    return status


def utc_now() -> dt.datetime:
    """Return the current time in UTC."""
    return dt.datetime.now(dt.UTC)


def _fail(reason: str) -> int:
    print(f"erase: {reason}", file=sys.stderr)
    return UNUSABLE
