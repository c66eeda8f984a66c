"""``restore``: what a copy of the table has and the table has not."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from chalicelib.cli import UNUSABLE, unnamed
from chalicelib.model.errors import CannotRestore

if TYPE_CHECKING:
    from chalicelib.services.restoring import Restored


def add_parser(subparsers: Any) -> None:
    """Add ``restore``."""
    parser = subparsers.add_parser(
        "restore",
        help="write what a copy of the table has and the table has not",
        description=(
            "Write what a copy of the table (of a point in time, made by DynamoDB) has of some "
            "tenants and the table has not; nothing that is there is replaced. Works on the table "
            "and the bucket in AWS that LIKEWORTH_TABLE and LIKEWORTH_BUCKET name. Prints a line "
            "of JSON for each tenant, and tables of counts on standard error. Broken off, it goes "
            "on when it is run again. The exit status is 0, or 2 if a tenant was refused."
        ),
    )
    parser.add_argument("--from-table", required=True, metavar="COPY", help="name of the copy")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument(
        "--tenant", action="append", metavar="T", help="a slug, e.g. acme; may be repeated"
    )
    whose.add_argument(
        "--all-tenants", action="store_true", help="those of the copy's list of tenants"
    )
    parser.add_argument("--dry-run", action="store_true", help="write nothing, say what is missing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Restore tenants, one after the other."""
    from botocore.exceptions import ClientError

    from chalicelib import wiring
    from chalicelib.cli.progress import step
    from chalicelib.services.restoring import restore
    from chalicelib.storage.outages import code_of
    from chalicelib.storage.table_keys import is_tenant

    copy, asked = arguments.from_table, arguments.tenant or []
    if not all(map(is_tenant, asked)):
        return _refuse("a tenant is a slug: a-z, then at most 31 of a-z, 0-9, _ and -")
    if (nothing := unnamed()) is not None:
        return _refuse(nothing)
    if copy == wiring.settings().table:
        return _refuse(f"{copy} is the table itself")
    try:
        tenants = wiring.tenants(copy)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return _refuse(f"there is no table {copy}, or not yet")
    status = 0
    for tenant in dict.fromkeys(asked) or tenants:
        try:
            with step(f"restoring {tenant}") as tell:
                told = restore(wiring.store(tenant), copy, dry_run=arguments.dry_run, progress=tell)
        except CannotRestore as error:
            status = _refuse(error.detail)
            continue
        print(json.dumps(_document(told, copy, dry_run=arguments.dry_run)), flush=True)
        print(_table(told, dry_run=arguments.dry_run), file=sys.stderr)
    return status


def _document(told: Restored, copy: str, *, dry_run: bool) -> dict[str, Any]:
    return {
        "tenant": told.tenant,
        "from_table": copy,
        "dry_run": dry_run,
        "items": {
            kind: {
                "in_copy": tally.copied,
                "missing": tally.missing,
                "written": tally.written,
                "left_out": dict(sorted(tally.left_out.items())),
            }
            for kind, tally in told.kinds.items()
        },
        "revoked_keys": told.revoked_keys,
        "days": {
            "from": None if told.first_day is None else told.first_day.isoformat(),
            "to": None if told.last_day is None else told.last_day.isoformat(),
            "derived": told.derived,
        },
    }


def _table(told: Restored, *, dry_run: bool) -> str:
    rows = [("", "in copy", "missing", "written", "left out")]
    for kind, tally in told.kinds.items():
        left_out = ", ".join(f"{n} {reason}" for reason, n in sorted(tally.left_out.items()))
        rows.append((kind, str(tally.copied), str(tally.missing), str(tally.written), left_out))
    lines = [
        f"{told.tenant}:",
        *(f"  {a:<22}{b:>12}{c:>12}{d:>12}  {e}".rstrip() for a, b, c, d, e in rows),
    ]
    if told.revoked_keys:
        lines.append(
            "These API keys were active and come back as revoked, because there is no room, or "
            f"they were revoked since: {', '.join(told.revoked_keys)}."
        )
    if dry_run:
        lines.append("Nothing was written (--dry-run).")
    elif told.first_day is not None:
        lines.append(
            f"Totals of {told.derived} days and shards were derived again. Look at them, above all "
            "after a run that was broken off:\n  python -m chalicelib audit --repair "
            f"--tenant {told.tenant} --from {told.first_day} --to {told.last_day}"
        )
    return "\n".join(lines)


def _refuse(reason: str) -> int:
    print(f"restore: {reason}", file=sys.stderr)
    return UNUSABLE
