"""``audit``: whether the day totals are what the events say."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.cli import UNUSABLE, unnamed
from chalicelib.cli.places import opened

if TYPE_CHECKING:
    from chalicelib.storage.tenant_store import TenantStore

DAYS = 90
FOUND = 1


def add_parser(subparsers: Any) -> None:
    """Add ``audit``."""
    parser = subparsers.add_parser(
        "audit",
        help="whether the day totals are what the events say",
        description=(
            "Read the events of some days again, derive their totals, and print a line of JSON for "
            "each day and shard whose stored totals say something else. Works on a data "
            "directory, or on the table and the bucket in AWS that LIKEWORTH_TABLE and "
            "LIKEWORTH_BUCKET name. The exit status is 0 if "
            "nothing differs, 1 if something does (also with --repair, which then has put it "
            "right)."
        ),
    )
    parser.add_argument("--tenant", required=True, help="a slug, e.g. acme")
    parser.add_argument(
        "--from", dest="start", type=dt.date.fromisoformat, metavar="D", help="default: 90 days ago"
    )
    parser.add_argument(
        "--to", dest="end", type=dt.date.fromisoformat, metavar="D", help="default: today"
    )
    parser.add_argument(
        "--repair", action="store_true", help="write the totals that the events say"
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the directory that `serve --data` was given"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Audit a tenant."""
    from chalicelib import wiring
    from chalicelib.local.database import is_empty
    from chalicelib.storage.table_keys import is_tenant

    if not is_tenant(arguments.tenant):
        return _refuse("a tenant is a slug: a-z, then at most 31 of a-z, 0-9, _ and -")
    if arguments.data is None and (nothing := unnamed()) is not None:
        return _refuse(nothing)
    if arguments.data is not None and is_empty(arguments.data):
        return _refuse(f"there is nothing in {arguments.data}")
    now = dt.datetime.now(dt.UTC)
    end = arguments.end or now.date()
    start = arguments.start or end - dt.timedelta(days=DAYS - 1)
    if end < start:
        return _refuse("the last day is before the first")
    if arguments.data is None:
        return _audit(wiring.store(arguments.tenant), arguments, start, end, now)
    with opened(arguments.data, arguments.tenant) as store:
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
        return _refuse(f"there is no tenant {arguments.tenant}")
    found = 0
    for one in audit(store, start, end, now=now, repair=arguments.repair):
        found += 1
        told = {
            "day": one.day.isoformat(),
            "shard": one.shard,
            "what": one.what,
            "awaited": one.awaited,
            "stored": one.stored,
            "derived": one.derived,
        }
        print(json.dumps(told, default=str))
    done = " and put right" if arguments.repair and found else ""
    print(f"{start} to {end}: {found} differences found{done}", file=sys.stderr)
    return FOUND if found else 0


def _refuse(reason: str) -> int:
    print(f"audit: {reason}", file=sys.stderr)
    return UNUSABLE
