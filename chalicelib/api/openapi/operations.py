"""What each call takes and answers, beside what its view declares: one line per call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from chalicelib.api.openapi import answer_schemas, credit_schemas, resources, series

HTML = "text/html"
SCRIPT = "text/javascript"


@dataclass(frozen=True, slots=True)
class Operation:
    """One call.

    Attributes
    ----------
    answers : dict
        Status -> model of the answer, None where it has no body.
    body : str, optional
        Name of the schema of the body.
    may_be_absent : bool
        Whether the body may.
    media_type : str, optional
        Of an answer that has no model.
    codes : dict
        Status -> codes of problems that only this call has.
    required : tuple of str
        Query parameters that must be there.
    limits : dict
        Query parameter -> what is different about its schema here.
    """

    answers: Mapping[int, type[BaseModel] | None]
    body: str | None = None
    may_be_absent: bool = False
    media_type: str | None = None
    codes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    limits: Mapping[str, dict[str, Any]] = field(default_factory=dict)


TAGS = {
    "answer_views": ("answers", "What engagements and channels are worth."),
    "code_views": ("codes", "Reasons, warnings, verdicts and rejections in words."),
    "coverage_views": ("coverage", "For which days there is data."),
    "erasure_views": ("erasures", "Erasing a person, and receipts of it."),
    "experiment_views": ("experiments", "Hold-outs and geo tests."),
    "fit_views": ("fits", "Estimates of a window, made daily or on request."),
    "import_views": ("imports", "Files of platforms."),
    "event_views": ("ingestion", "Sending events."),
    "key_views": ("keys", "API keys."),
    "link_views": ("links", "Signed links to answers, for spreadsheets."),
    "mapping_views": ("mappings", "What the columns of other files mean."),
    "monitoring_views": ("monitoring", "Totals over time, and whether the service is alive."),
    "page_views": ("pages", "The dashboard, the handbook and this description."),
    "settings_views": ("tenant_settings", "Time zone, country, roles and user ids."),
}
"""Module of views -> the tag of its operations, and what they are about."""

Limits = dict[str, dict[str, Any]]

_OTHER_VERSION = {409: ("other_version",)}
_NO_FIT = {404: ("no_fit_yet", "not_found"), **_OTHER_VERSION}
_ROW_CURSOR: Limits = {"cursor": {"pattern": r"^\d{4}-\d{12}-\d{4}$"}, "limit": {"maximum": 1000}}
_ID_CURSOR: Limits = {"cursor": {"pattern": r"^\d{8}T\d{6}Z-[0-9a-f]{8}$"}}
_NAME_CURSOR: Limits = {"cursor": {"pattern": "^[a-z][a-z0-9_-]{0,63}$"}}
_KEY_CURSOR: Limits = {"cursor": {"pattern": "^[0-9a-f]{12}$"}}
_EXPERIMENT_CURSOR: Limits = {"cursor": {"pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}}

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("POST", "/v1/events"): Operation(
        {200: resources.Recorded}, body="EventsBody", codes={422: ("all_events_refused",)}
    ),
    ("POST", "/v1/imports"): Operation(
        {201: resources.NewImport},
        body="ImportBody",
        codes={429: ("too_many_imports", "upload_quota_used")},
    ),
    ("GET", "/v1/imports"): Operation({200: resources.Imports}, limits=_ID_CURSOR),
    ("GET", "/v1/imports/{import_id}"): Operation({200: resources.OneImport}),
    ("DELETE", "/v1/imports/{import_id}"): Operation(
        {200: resources.Import, 202: resources.Import}, codes={409: ("import_unfinished",)}
    ),
    ("GET", "/v1/imports/{import_id}/rejects"): Operation(
        {200: resources.RefusedRows}, limits=_ROW_CURSOR
    ),
    ("POST", "/v1/imports/{import_id}/replay"): Operation(
        {202: resources.Import},
        body="ReplayBody",
        may_be_absent=True,
        codes={409: ("import_unfinished", "import_removed"), 429: ("too_many_imports",)},
    ),
    ("GET", "/v1/mappings"): Operation({200: resources.Mappings}, limits=_NAME_CURSOR),
    ("GET", "/v1/mappings/{name}"): Operation({200: resources.KeptMapping}),
    ("PUT", "/v1/mappings/{name}"): Operation(
        {200: resources.KeptMapping, 201: resources.KeptMapping}, body="Mapping"
    ),
    ("DELETE", "/v1/mappings/{name}"): Operation({204: None}),
    ("GET", "/v1/roi"): Operation({200: answer_schemas.Roi}, codes=_NO_FIT),
    ("GET", "/v1/engagements"): Operation({200: answer_schemas.Engagements}, codes=_NO_FIT),
    ("GET", "/v1/decomposition"): Operation({200: series.Decomposition}, codes=_NO_FIT),
    ("GET", "/v1/equivalence"): Operation({200: answer_schemas.Equivalence}, codes=_NO_FIT),
    ("GET", "/v1/attribution"): Operation({200: credit_schemas.Attribution}, codes=_NO_FIT),
    ("GET", "/v1/codes"): Operation({200: answer_schemas.Codes}),
    ("GET", "/v1/timeseries"): Operation({200: answer_schemas.Timeseries}, required=("metric",)),
    ("GET", "/v1/coverage"): Operation({200: answer_schemas.SourceCoverages}),
    ("GET", "/v1/settings"): Operation({200: resources.Settings}),
    ("PATCH", "/v1/settings"): Operation({200: resources.Settings}, body="SettingsBody"),
    ("GET", "/v1/health"): Operation({200: resources.Health}),
    ("POST", "/v1/fits"): Operation({202: resources.Fit}, body="FitBody", may_be_absent=True),
    ("GET", "/v1/fits"): Operation({200: resources.Fits}, limits=_ID_CURSOR),
    ("GET", "/v1/fits/{fit_id}"): Operation({200: resources.OneFit}, codes=_OTHER_VERSION),
    ("POST", "/v1/experiments"): Operation(
        {200: resources.Experiment, 201: resources.Experiment}, body="ExperimentBody"
    ),
    ("GET", "/v1/experiments"): Operation({200: resources.Experiments}, limits=_EXPERIMENT_CURSOR),
    ("GET", "/v1/experiments/{experiment_id}"): Operation({200: resources.Experiment}),
    ("DELETE", "/v1/users/{user_id}"): Operation({200: resources.Erasure, 202: resources.Erasure}),
    ("GET", "/v1/erasures"): Operation({200: resources.Erasures}, limits=_ID_CURSOR),
    ("GET", "/v1/erasures/{receipt_id}"): Operation({200: resources.Erasure}),
    ("POST", "/v1/links"): Operation({201: resources.NewLink}, body="LinkBody"),
    ("GET", "/v1/links"): Operation({200: resources.Links}, limits=_ID_CURSOR),
    ("GET", "/v1/links/{link_id}"): Operation({200: resources.Link}),
    ("DELETE", "/v1/links/{link_id}"): Operation({204: None}),
    ("POST", "/v1/keys"): Operation(
        {201: resources.NewKey}, body="KeyBody", codes={409: ("too_many_keys",)}
    ),
    ("GET", "/v1/keys"): Operation({200: resources.Keys}, limits=_KEY_CURSOR),
    ("DELETE", "/v1/keys/{key_id}"): Operation({204: None}, codes={409: ("last_admin_key",)}),
    ("GET", "/"): Operation({200: None}, media_type=HTML),
    ("GET", "/dashboard/{name}"): Operation({200: None}, media_type=SCRIPT),
    ("GET", "/docs"): Operation({200: None}, media_type=HTML),
    ("GET", "/docs/{page}"): Operation({200: None}, media_type=HTML),
    ("GET", "/openapi.json"): Operation({200: None}, media_type="application/json"),
}
"""(method, path) -> what it takes and answers."""
