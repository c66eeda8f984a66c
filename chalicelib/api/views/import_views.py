"""/v1/imports: announce an upload, see what became of it, replay its rejected rows, remove it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib import wiring
from chalicelib.api.calls import Call
from chalicelib.api.request_bodies import field_of_type
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Body, Page, Routes
from chalicelib.model.days import stamp
from chalicelib.model.errors import (
    ImportRemoved,
    ImportUnfinished,
    TooManyImports,
    UploadQuotaUsed,
)
from chalicelib.services import imports
from chalicelib.storage.import_records import Import
from chalicelib.storage.table_keys import TIME_ORDERED_ID

ROW_CURSOR = re.compile(r"\d{4}-\d{12}-\d{4}", re.ASCII)
COLUMNS = (
    "id",
    "state",
    "filename",
    "platform",
    "report",
    "created_at",
    "finished_at",
    "rows",
    "events",
    "rejected",
    "not_data",
    "from",
    "to",
    "warning_count",
)
ROW_COLUMNS = ("part", "row", "code", "message", "raw")

views = Routes("imports", "Files of platforms.")


@views.route(
    "POST",
    "/v1/imports",
    roles=("ingest",),
    body=Body(
        "ImportBody",
        ("filename",),
        ("bytes", "platform", "mapping", "spread", "currency", "account"),
    ),
    answer="NewImport",
    statuses=(201,),
    creates=True,
    raises=(TooManyImports, UploadQuotaUsed),
)
def post_import(call: Call) -> Answer:
    """Announce a file and get the URL to which it is to be PUT."""
    body = call.fields()
    new, upload = imports.start_import(
        call.store,
        filename=field_of_type(body, "filename", str, default=""),
        size=field_of_type(body, "bytes", int),
        platform=field_of_type(body, "platform", str, default="auto"),
        mapping=body.get("mapping"),
        spread=field_of_type(body, "spread", bool, default=False),
        currency=field_of_type(body, "currency", str),
        account=field_of_type(body, "account", str),
        now=call.now,
    )
    told = _told(new) | {
        "upload": {
            "method": "PUT",
            "url": upload.url,
            "expires_at": stamp(upload.expires_at),
        }
    }
    return Answer(told, status=201, headers={"Location": f"/v1/imports/{new.import_id}"})


@views.route(
    "GET",
    "/v1/imports",
    roles=("ingest", "read"),
    page=Page(TIME_ORDERED_ID),
    tabular=True,
    answer="Imports",
)
def get_imports(call: Call) -> Answer:
    """The tenant's imports, newest first."""
    page, following = imports.list_imports(call.store, limit=call.limit(), after=call.cursor())
    told = [_told(one) for one in page]
    return Answer({"imports": told, "next": following}, rows=told, columns=COLUMNS)


@views.route("GET", "/v1/imports/{import_id}", roles=("ingest", "read"), answer="OneImport")
def get_import(call: Call, import_id: str) -> Answer:
    """One import, with how its file is written and what its reader has to say."""
    found = imports.show_import(call.store, import_id)
    report, summary = found.report or {}, found.summary or {}
    told = _told(found) | {
        "mapping": found.mapping,
        "lifetime": report.get("lifetime"),
        "claimed_conversions": summary.get("claimed_conversions", []),
        "rejected_by_code": _ranked(found.rejected_by_code),
        "notes": summary.get("notes", report.get("notes", [])),
        "warnings": summary.get("warnings", []),
        "no_data": summary.get("no_data", []),
        "unread_columns": [{"metric": None, **one} for one in summary.get("unread_columns", [])],
        "unread_more": summary.get("unread_more", 0),
        "skipped": summary.get("skipped", []),
        "unpaid_orders": summary.get("unpaid_orders", []),
        "description": found.report,
        "summary": found.summary,
    }
    return Answer(told)


@views.route(
    "GET",
    "/v1/imports/{import_id}/rejects",
    roles=("ingest",),
    page=Page(ROW_CURSOR, most=1000, default=200),
    tabular=True,
    answer="RefusedRows",
)
def get_rejects(call: Call, import_id: str) -> Answer:
    """The rows that an import refused, with the reason, in the order of the file."""
    cursor = call.cursor()
    page, following = imports.list_refused_rows(
        call.store,
        import_id,
        limit=call.limit(),
        after=cursor.replace("-", "#") if cursor else None,
    )
    told = [
        {
            "part": one.part_name or None,
            "row": one.row,
            "code": one.code,
            "message": one.message,
            "raw": one.raw,
        }
        for one in page
    ]
    next_cursor = following.replace("#", "-") if following else None
    return Answer({"rejects": told, "next": next_cursor}, rows=told, columns=ROW_COLUMNS)


@views.route(
    "POST",
    "/v1/imports/{import_id}/replay",
    roles=("ingest",),
    body=Body("ReplayBody", optional=imports.REPLAY_OPTIONS, may_be_absent=True),
    answer="Import",
    statuses=(202,),
    creates=True,
    raises=(ImportUnfinished, ImportRemoved, TooManyImports),
)
def post_replay(call: Call, import_id: str) -> Answer:
    """Ask that the refused rows of an import be read once more, with other options if any."""
    given = call.fields()
    for name, kind in (("platform", str), ("spread", bool), ("currency", str), ("account", str)):
        field_of_type(given, name, kind)
    asked = imports.ask_for_replay(
        call.store,
        import_id,
        lambda waiting: wiring.send_import(imports.message_of(call.store, waiting)),
        given,
        now=call.now,
    )
    return Answer(_told(asked), status=202, headers={"Location": f"/v1/imports/{import_id}"})


@views.route(
    "DELETE",
    "/v1/imports/{import_id}",
    answer="Import",
    statuses=(200, 202),
    raises=(ImportUnfinished,),
)
def delete_import(call: Call, import_id: str) -> Answer:
    """Remove the events that an import stored and that nothing has restated since."""
    asked = imports.ask_for_removal(
        call.store,
        import_id,
        lambda removing: wiring.send_import(imports.message_of(call.store, removing)),
        now=call.now,
    )
    return Answer(_told(asked), status=200 if asked.state == "removed" else 202)


def _ranked(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Codes and their rows, the most frequent first."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"code": code, "rows": rows} for code, rows in ranked]


def _told(one: Import) -> dict[str, Any]:
    report, summary = one.report or {}, one.summary or {}
    return {
        "id": one.import_id,
        "state": one.state,
        "filename": one.filename,
        "platform": report.get("platform") or one.platform,
        "report": report.get("report"),
        "spread": one.spread,
        "mapping_name": one.mapping_name,
        "created_at": one.created_at,
        "finished_at": one.finished_at,
        "rows": one.rows,
        "events": one.events,
        "rejected": one.rejected,
        "not_data": one.not_data,
        "warning_count": len(summary.get("warnings", [])),
        "from": one.first_day,
        "to": one.last_day,
        "error": one.error,
        "replay": one.replay and {"asked_at": one.replay.asked_at, "rows": one.replay.position},
        "removal": _removal(one),
    }


def _removal(one: Import) -> dict[str, Any] | None:
    removal = one.removal
    if removal is None:
        return None
    return {
        "asked_at": removal.asked_at,
        "removed_at": removal.removed_at,
        "events": removal.events,
        "spans": removal.spans,
        "not_found": one.not_found if removal.removed_at is not None else None,
    }
