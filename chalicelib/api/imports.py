"""/v1/imports: announce an upload, see what became of it, and the rows that were refused."""

from __future__ import annotations

import re
from typing import Any

from chalice.app import Blueprint

from chalicelib.api.bodies import field_of_type, read_object
from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, Answer, endpoint
from chalicelib.errors import FieldError, InvalidFields
from chalicelib.services import imports
from chalicelib.storage.imports import Import
from chalicelib.storage.keys import TIME_ORDERED_ID

ROW_CURSOR = re.compile(r"\d{12}-\d{4}", re.ASCII)
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
)
ROW_COLUMNS = ("row", "code", "message", "raw")

blueprint = Blueprint(__name__)


@blueprint.route("/v1/imports", methods=["POST"], content_types=ANY_TYPE)
@endpoint("ingest")
def post_import(call: Call) -> Answer:
    """Announce a file and get the URL to which it is to be PUT."""
    body = read_object(
        call.request,
        required=("filename",),
        optional=("platform", "mapping", "spread", "currency", "account"),
    )
    if body.get("mapping"):
        raise InvalidFields(
            "mappings are not read yet",
            (FieldError("/mapping", "unknown_value", "only files of known platforms are read"),),
        )
    new, upload = imports.start_import(
        call.store,
        filename=field_of_type(body, "filename", str, default=""),
        platform=field_of_type(body, "platform", str, default="auto"),
        spread=field_of_type(body, "spread", bool, default=False),
        currency=field_of_type(body, "currency", str),
        account=field_of_type(body, "account", str),
        now=call.now,
    )
    told = _told(new) | {
        "upload": {
            "method": "PUT",
            "url": upload.url,
            "expires_at": upload.expires_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
    }
    return Answer(told, status=201, headers={"Location": f"/v1/imports/{new.import_id}"})


@blueprint.route("/v1/imports", methods=["GET"], content_types=ANY_TYPE)
@endpoint("ingest", "read", params=("limit", "cursor"), tabular=True)
def get_imports(call: Call) -> Answer:
    """The tenant's imports, newest first."""
    page, following = imports.list_imports(
        call.store, limit=call.limit(most=200, default=50), after=call.cursor(TIME_ORDERED_ID)
    )
    told = [_told(one) for one in page]
    return Answer({"imports": told, "next": following}, rows=told, columns=COLUMNS)


@blueprint.route("/v1/imports/{import_id}", methods=["GET"], content_types=ANY_TYPE)
@endpoint("ingest", "read")
def get_import(call: Call, import_id: str) -> Answer:
    """One import."""
    found = imports.show_import(call.store, import_id)
    return Answer(_told(found) | {"description": found.report, "summary": found.summary})


@blueprint.route("/v1/imports/{import_id}/rejects", methods=["GET"], content_types=ANY_TYPE)
@endpoint("ingest", params=("limit", "cursor"), tabular=True)
def get_rejects(call: Call, import_id: str) -> Answer:
    """The rows that an import refused, with the reason."""
    cursor = call.cursor(ROW_CURSOR)
    page, following = imports.list_refused_rows(
        call.store,
        import_id,
        limit=call.limit(most=1000, default=200),
        after=cursor.replace("-", "#") if cursor else None,
    )
    told = [
        {"row": one.row, "code": one.code, "message": one.message, "raw": one.raw} for one in page
    ]
    next_cursor = following.replace("#", "-") if following else None
    return Answer({"rejects": told, "next": next_cursor}, rows=told, columns=ROW_COLUMNS)


def _told(one: Import) -> dict[str, Any]:
    report = one.report or {}
    return {
        "id": one.import_id,
        "state": one.state,
        "filename": one.filename,
        "platform": report.get("platform") or one.platform,
        "report": report.get("report"),
        "spread": one.spread,
        "created_at": one.created_at,
        "finished_at": one.finished_at,
        "rows": one.rows,
        "events": one.events,
        "rejected": one.rejected,
        "not_data": one.not_data,
        "from": one.first_day,
        "to": one.last_day,
        "error": one.error,
    }
