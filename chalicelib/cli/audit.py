"""``audit``: whether the day totals are what the events say."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from typing import Any

from chalicelib.cli import UNUSABLE, unnamed

DAYS = 90
FOUND = 1


def add_parser(subparsers: Any) -> None:
    """Add ``audit``."""
    parser = subparsers.add_parser(
        "audit",
        help="whether the day totals are what the events say",
        description=(
            "Read the events of some days again, derive their totals, and print a line of JSON for "
            "each day and shard whose stored totals say something else. Works on the table and the "
            "bucket in AWS that LIKEWORTH_TABLE and LIKEWORTH_BUCKET name. The exit status is 0 if "
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
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Audit a tenant."""
    from chalicelib import wiring
    from chalicelib.services.audit import audit
    from chalicelib.storage.keys import is_tenant

    if not is_tenant(arguments.tenant):
        return _refuse("a tenant is a slug: a-z, then at most 31 of a-z, 0-9, _ and -")
    if (nothing := unnamed()) is not None:
        return _refuse(nothing)
    now = dt.datetime.now(dt.UTC)
    end = arguments.end or now.date()
    start = arguments.start or end - dt.timedelta(days=DAYS - 1)
    if end < start:
        return _refuse("the last day is before the first")
    store = wiring.store(arguments.tenant)
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
