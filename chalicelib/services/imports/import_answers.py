"""Answers about imports: their shapes, and functions that build them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.model.days import stamp
from chalicelib.services.answer_fields import Count, Day, Failure, Instant, Url
from chalicelib.services.answer_tables import Table
from chalicelib.services.imports.announcing import Upload as UploadTarget
from chalicelib.storage import import_records

Decimal = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", description="A decimal number.")]


class Replaying(TypedDict):
    """A running replay."""

    asked_at: Instant
    rows: Annotated[int, Field(ge=0, description="Rows read so far.")]


class Removal(TypedDict):
    """The removal of the events of an import."""

    asked_at: Instant
    removed_at: Instant | None
    events: Annotated[int, Field(ge=0, description="Events removed so far.")]
    spans: Annotated[int, Field(ge=0, description="Coverage and annotations removed so far.")]
    not_found: Annotated[
        int | None,
        Field(
            description="Events and coverage that the import stored and the removal did not find: "
            "other imports or requests have restated them, or they were stored by a version that "
            "did not record imports. null until the removal is done."
        ),
    ]


class ImportCounts(TypedDict):
    """The options, state and counts of an import."""

    id: str
    state: import_records.State
    filename: str
    platform: str
    report: str | None
    spread: bool
    mapping_name: str | None
    created_at: Instant
    finished_at: Instant | None
    rows: Count
    events: Count
    rejected: Count
    not_data: Count
    warning_count: Count


ImportedDays = TypedDict("ImportedDays", {"from": Day | None, "to": Day | None})
ImportedDays.__doc__ = "The days of the stored events."


class Import(ImportCounts, ImportedDays):
    """An import."""

    error: Failure | None
    replay: Replaying | None
    removal: Removal | None


class Upload(TypedDict):
    """The URL for the upload of the file."""

    method: Literal["PUT"]
    url: Url
    expires_at: Instant


class NewImport(Import):
    """A new import with its upload URL."""

    upload: Upload


class ClaimedConversions(TypedDict):
    """Conversions that an ad platform claims for itself; they are shown and never counted."""

    count: Decimal
    value: Decimal
    currency: str


class RejectedByCode(TypedDict):
    """The number of rejected rows with one code."""

    code: str
    rows: Count


class NoData(TypedDict):
    """The number of rows without data, with the reason."""

    reason: str
    rows: Count


class UnreadColumn(TypedDict):
    """An unread column of a table, or an unread key of JSON or XML with its path."""

    heading: str
    sum: Decimal | None
    why: str | None
    metric: Annotated[
        bool | None,
        Field(
            description="Whether it looks like a metric that is missing in the events; null for "
            "imports of an earlier version."
        ),
    ]


class SkippedPart(TypedDict):
    """A sheet, a table or a file of an archive that was not read."""

    what: Literal["sheet", "table", "file"]
    name: str
    reason: str


class UnpaidOrders(TypedDict):
    """Orders that are not paid yet, in one currency."""

    count: Decimal
    value: Decimal
    currency: str | None


class OneImport(Import):
    """An import with the format of its file and everything that its reader reported."""

    mapping: dict[str, Any] | None
    lifetime: bool | None
    claimed_conversions: list[ClaimedConversions]
    rejected_by_code: list[RejectedByCode]
    notes: list[str]
    warnings: list[str]
    no_data: list[NoData]
    unread_columns: list[UnreadColumn]
    unread_more: Annotated[int, Field(ge=0, description="Unread columns that are not listed.")]
    skipped: list[SkippedPart]
    unpaid_orders: list[UnpaidOrders]
    description: dict[str, Any] | None
    summary: dict[str, Any] | None


class Imports(TypedDict):
    """A page of imports."""

    imports: list[Import]
    next: str | None


class RejectedRow(TypedDict):
    """A rejected row."""

    part: str | None
    row: Count
    code: str
    message: str
    raw: str


class RejectedRows(TypedDict):
    """A page of rejected rows."""

    rejects: list[RejectedRow]
    next: str | None


TABLE = Table(
    Import,
    *("id", "state", "filename", "platform", "report", "created_at", "finished_at"),
    *("rows", "events", "rejected", "not_data", "from", "to", "warning_count"),
)
ROWS_TABLE = Table(RejectedRow)


def shown_import(one: import_records.Import) -> Import:
    """Return an import as part of an answer."""
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
        "error": cast("Failure | None", one.error),
        "replay": None
        if one.replay is None
        else {"asked_at": one.replay.asked_at, "rows": one.replay.position},
        "removal": _removal(one),
    }


def shown_new_import(one: import_records.Import, upload: UploadTarget) -> NewImport:
    """Return an announced import with the URL for its upload."""
    target: Upload = {"method": "PUT", "url": upload.url, "expires_at": stamp(upload.expires_at)}
    return {**shown_import(one), "upload": target}


def shown_one_import(one: import_records.Import) -> OneImport:
    """Return an import with everything that its reader reported."""
    report, summary = one.report or {}, one.summary or {}
    unread = [{"metric": None, **column} for column in summary.get("unread_columns", [])]
    ranked = sorted(one.rejected_by_code.items(), key=lambda item: (-item[1], item[0]))
    return {
        **shown_import(one),
        "mapping": one.mapping,
        "lifetime": report.get("lifetime"),
        "claimed_conversions": summary.get("claimed_conversions", []),
        "rejected_by_code": [{"code": code, "rows": rows} for code, rows in ranked],
        "notes": summary.get("notes", report.get("notes", [])),
        "warnings": summary.get("warnings", []),
        "no_data": summary.get("no_data", []),
        "unread_columns": cast("list[UnreadColumn]", unread),
        "unread_more": summary.get("unread_more", 0),
        "skipped": summary.get("skipped", []),
        "unpaid_orders": summary.get("unpaid_orders", []),
        "description": one.report,
        "summary": one.summary,
    }


def shown_rejected_row(one: import_records.RejectedRow) -> RejectedRow:
    """Return a rejected row as part of an answer."""
    return {
        "part": one.part_name or None,
        "row": one.row,
        "code": one.code,
        "message": one.message,
        "raw": one.raw,
    }


def _removal(one: import_records.Import) -> Removal | None:
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
