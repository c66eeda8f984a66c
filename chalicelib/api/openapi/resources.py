"""What is told of things that are kept: events, imports, mappings, fits, experiments, and more."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from chalicelib.api.openapi.answer_schemas import (
    Count,
    Day,
    Estimate,
    Instant,
    Reasons,
    Told,
    Warnings,
    Window,
)
from chalicelib.api.problems import problem_codes
from chalicelib.model.events import EngagementType
from chalicelib.model.money import Money
from chalicelib.storage.tenants import Role

CODES: list[JsonValue] = [*problem_codes()]


class FieldError(Told):
    """One thing wrong in one place of a request."""

    pointer: Annotated[str, Field(description="JSON pointer; of a query, / and the parameter.")]
    code: str
    message: str


class Rejection(Told):
    """An event that was refused."""

    index: Count
    event_id: str | None
    code: str
    message: str


class Problem(Told):
    """What went wrong (RFC 9457); `type` leads to the documentation of `code`."""

    type: Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    code: Annotated[str, Field(description="Stable.", json_schema_extra={"enum": CODES})]
    errors: list[FieldError] | None = None
    accepted: Count | None = None
    rejected: list[Rejection] | None = None
    not_stored: list[Count] | None = None


class Recorded(Told):
    """What became of events."""

    accepted: Count
    rejected: list[Rejection]


Decimal = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", description="A decimal number.")]


class Failure(Told):
    """Why an import or a fit failed."""

    code: str
    detail: str


class Replaying(Told):
    """A replay that has not ended."""

    asked_at: Instant
    rows: Annotated[int, Field(ge=0, description="Rows read so far.")]


class Removal(Told):
    """The removal of what an import stored."""

    asked_at: Instant
    removed_at: Instant | None
    events: Annotated[int, Field(ge=0, description="Events removed so far.")]
    spans: Annotated[int, Field(ge=0, description="Coverage and annotations removed so far.")]
    not_found: Annotated[
        int | None,
        Field(
            description="Events and coverage that the import stored and the removal did not find: "
            "other imports or requests have restated them, or they are from a version that did "
            "not record imports. null until the removal has ended."
        ),
    ]


class Import(Told):
    """An import."""

    id: str
    state: Literal["waiting", "running", "done", "failed", "removing", "removed"]
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
    start: Day | None = Field(alias="from")
    end: Day | None = Field(alias="to")
    error: Failure | None
    replay: Replaying | None
    removal: Removal | None


class Upload(Told):
    """Where the file is to be sent."""

    method: Literal["PUT"]
    url: Annotated[str, Field(json_schema_extra={"format": "uri"})]
    expires_at: Instant


class NewImport(Import):
    """An import that was announced."""

    upload: Upload


class ClaimedConversions(Told):
    """Conversions that an ad platform claims for itself; they are shown and never counted."""

    count: Decimal
    value: Decimal
    currency: str


class RejectedByCode(Told):
    """Rejected rows, by the code of the reason."""

    code: str
    rows: Count


class NoData(Told):
    """Rows that hold nothing to import, by the reason."""

    reason: str
    rows: Count


class UnreadColumn(Told):
    """A column of a table, or a key of JSON or XML with the keys around it, that was not read."""

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


class SkippedPart(Told):
    """A sheet, a table or a file of an archive that was not read."""

    what: Literal["sheet", "table", "file"]
    name: str
    reason: str


class UnpaidOrders(Told):
    """Orders that are not paid yet, by the currency of their value."""

    count: Decimal
    value: Decimal
    currency: str | None


class OneImport(Import):
    """An import, with how its file is written."""

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


class Imports(Told):
    """A page of imports."""

    imports: list[Import]
    next: str | None


class RefusedRow(Told):
    """A row that an import refused."""

    part: str | None
    row: Count
    code: str
    message: str
    raw: str


class RefusedRows(Told):
    """A page of refused rows."""

    rejects: list[RefusedRow]
    next: str | None


class KeptMapping(Told):
    """A mapping with its name."""

    name: str
    saved_at: Instant
    mapping: dict[str, Any]


class Mappings(Told):
    """A page of mappings."""

    mappings: list[KeptMapping]
    next: str | None


class Settings(Told):
    """What a tenant's fits go by; currency and retention are set by the operator."""

    currency: str
    retention_days: int
    time_zone: str
    country: str | None
    roles: dict[str, str]
    user_ids: Literal["people", "devices"] | None
    fit_window_days: Annotated[int, Field(ge=1)]


class Fit(Told):
    """A fit."""

    id: str
    status: Literal["queued", "running", "done", "failed"]
    requested_at: Instant
    finished_at: Instant | None
    as_of: Instant | None
    window: Window
    goals: list[str]
    error: Failure | None


class OneFit(Fit):
    """A fit with its diagnostics, by goal."""

    diagnostics: dict[str, Any] | None


class Fits(Told):
    """A page of fits."""

    fits: list[Fit]
    next: str | None


class DifferenceInDifferences(Told):
    """A second opinion on a geo test."""

    incremental_conversions: Estimate
    p_value: float | None


class Analysis(Told):
    """The analysis of an experiment.

    `variance_from` is for hold-outs from raw numbers; the fields after `warnings` are for geo tests
    from counts.
    """

    confidence: float
    method: Literal["score_interval", "synthetic_control", "as_given"]
    variance_from: (
        Literal["sum_of_squares", "converters", "single_conversions", "assumed"] | None
    ) = None
    incremental_conversions: Estimate | None
    conversions_per_engagement: Estimate | None
    standard_error: float | None
    p_value: float | None
    reasons: Reasons
    warnings: Warnings
    conversions_per_spend: Estimate | None = None
    lift: Estimate | None = None
    p_value_in_time: float | None = None
    difference_in_differences: DifferenceInDifferences | None = None
    compared: Literal["shares_of_level", "counts"] | None = None
    degrees_of_freedom: float | None = None
    days_before: Count | None = None
    days: Count | None = None
    treated_regions: Count | None = None
    control_regions: Count | None = None


class Experiment(Told):
    """An experiment as it was sent, less the counts of a geo test, with what it says."""

    id: str
    kind: Literal["holdout", "geo"]
    name: str | None = None
    channel: str
    type: EngagementType
    paid: bool
    goal: str
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    engagements: int | None = None
    effect: dict[str, float] | None = None
    treated: dict[str, float] | None = None
    control: dict[str, float] | None = None
    treated_regions: list[str] | None = None
    spend: Money | None = None
    registered_at: Instant
    restated_at: Instant | None
    analysis: Analysis


class Experiments(Told):
    """A page of experiments."""

    experiments: list[Experiment]
    next: str | None


class Erasure(Told):
    """The receipt of an erasure; it knows the person by their hash alone."""

    id: str
    state: Literal["running", "done"]
    asked_at: Instant
    finished_at: Instant | None
    checked_at: Instant | None
    events: Count
    refused_rows: Count
    uploads: Count
    person: str


class Erasures(Told):
    """A page of receipts."""

    erasures: list[Erasure]
    next: str | None


class Link(Told):
    """A signed link, without its URL."""

    id: str
    state: Literal["active", "expired", "revoked"]
    path: str
    query: dict[str, str]
    created_at: Instant
    expires_at: Instant
    revoked_at: Instant | None


class NewLink(Link):
    """A signed link, with its URL, which is shown this once."""

    url: Annotated[str, Field(json_schema_extra={"format": "uri"})]


class Links(Told):
    """A page of links."""

    links: list[Link]
    next: str | None


class Key(Told):
    """An API key, without what opens."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$", description="Its public part.")]
    role: Role
    state: Literal["active", "expired", "revoked"]
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None


class NewKey(Key):
    """A new API key, shown this once."""

    key: str


class Keys(Told):
    """A page of API keys."""

    keys: list[Key]
    next: str | None


class Health(Told):
    """Alive."""

    status: Literal["ok"]
    version: str
