"""``audit``: check that the day totals match the events."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.cli import UNUSABLE, missing_setting
from chalicelib.cli.option_values import day_value
from chalicelib.cli.places import open_store

if TYPE_CHECKING:
    from chalicelib.storage.tenant_store import TenantStore

DAYS = 90
FOUND = 1


def add_parser(subparsers: Any) -> None:
    """Add ``audit``."""
    parser = subparsers.add_parser(
        "audit",
        help="check that the day totals match the events",
        description=(
            "Derive the day totals from the stored events again, and print one line of JSON for "
            "each day and shard whose stored totals differ. Use --data DIR for a data directory. "
            "For AWS, set LIKEWORTH_TABLE and LIKEWORTH_BUCKET to the names of the table and the "
            "bucket. The exit status is 0 without differences and 1 with differences, even if "
            "--repair corrected them."
        ),
    )
    parser.add_argument("--tenant", required=True, help="a slug, e.g. acme")
    parser.add_argument(
        "--from", dest="start", type=day_value, metavar="D", help="default: 90 days ago"
    )
    parser.add_argument("--to", dest="end", type=day_value, metavar="D", help="default: today")
    parser.add_argument(
        "--repair",
        action="store_true",
        help="replace wrong totals with those derived from the events",
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the data directory, as in `serve --data DIR`"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Audit the day totals of a tenant."""
    from chalicelib import wiring
    from chalicelib.local.database import is_empty
    from chalicelib.storage.table_keys import is_tenant

    if not is_tenant(arguments.tenant):
        return _fail("a tenant is a slug: a-z, then at most 31 of a-z, 0-9, _ and -")
    if arguments.data is None and (problem := missing_setting()) is not None:
        return _fail(problem)
    if arguments.data is not None and is_empty(arguments.data):
        return _fail(f"{arguments.data} contains no data")
    now = dt.datetime.now(dt.UTC)
    end = arguments.end or now.date()
    start = arguments.start or end - dt.timedelta(days=DAYS - 1)
    if end < start:
        return _fail("--to is before --from")
    if arguments.data is None:
        return _audit(wiring.store(arguments.tenant), arguments, start, end, now)
    with open_store(arguments.data, arguments.tenant) as store:
        return _audit(store, arguments, start, end, now)


def _audit(
    store: TenantStore,
    arguments: argparse.Namespace,
    start: dt.date,
    end: dt.date,
    now: dt.datetime,
) -> int:
    from chalicelib.services.totals.totals_audit import audit

    if not store.is_registered():
        return _fail(f"the tenant {arguments.tenant} does not exist")
    found = 0
    for one in audit(store, start, end, now=now, repair=arguments.repair):
        found += 1
        record = {
            "day": one.day.isoformat(),
            "shard": one.shard,
            "what": one.what,
            "awaited": one.awaited,
            "stored": one.stored,
            "derived": one.derived,
        }
        print(json.dumps(record, default=str))
    done = " and repaired" if arguments.repair and found else ""
    print(f"{start} to {end}: {found} differences found{done}", file=sys.stderr)
    return FOUND if found else 0


def _fail(reason: str) -> int:
    print(f"audit: {reason}", file=sys.stderr)
    return UNUSABLE
