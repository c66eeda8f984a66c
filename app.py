"""The Chalice application: serves the routes of the views and handles events. No logic."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chalice.app import Rate

from chalicelib import telemetry, workers
from chalicelib.api.likeworth_app import LikeworthApp
from chalicelib.api.views import (
    answer_views,
    code_views,
    coverage_views,
    dialogue_views,
    erasure_views,
    event_views,
    experiment_views,
    fit_views,
    import_views,
    key_views,
    link_views,
    mapping_views,
    monitoring_views,
    page_views,
    settings_views,
)
from chalicelib.workers.fit_worker import FIT_QUEUE
from chalicelib.workers.import_worker import IMPORT_QUEUE
from chalicelib.workers.totals_worker import CHANGES, TOTALS_QUEUE

# Chalice wants an ARN to package; `infra/stack/` puts in that of the stack's own table.
STREAM_ARN = "arn:aws:dynamodb:eu-central-1:000000000000:table/likeworth/stream/from-template"

app = LikeworthApp(
    "likeworth",
    event_views.views,
    import_views.views,
    mapping_views.views,
    answer_views.views,
    code_views.views,
    coverage_views.views,
    dialogue_views.views,
    monitoring_views.views,
    fit_views.views,
    experiment_views.views,
    erasure_views.views,
    key_views.views,
    link_views.views,
    settings_views.views,
    page_views.views,
)
telemetry.prepare()
for kind in ("sqs", "dynamodb", "scheduled", "pure_lambda"):
    app.register_middleware(telemetry.record_event, event_type=kind)


@app.on_sqs_message(queue=IMPORT_QUEUE.name, batch_size=IMPORT_QUEUE.batch_size)
def import_handler(event: Any) -> dict[str, Any]:
    """Import uploaded files."""

    def seconds_left() -> float:
        return float(event.context.get_remaining_time_in_millis()) / 1000

    return workers.run_imports(event.to_dict(), now=_now(), seconds_left=seconds_left)


@app.on_sqs_message(queue=FIT_QUEUE.name, batch_size=FIT_QUEUE.batch_size)
def fit_handler(event: Any) -> dict[str, Any]:
    """Run fits."""
    return workers.run_fits(event.to_dict(), now=_now())


@app.lambda_function()
def fit_part_handler(event: Any, _context: Any) -> int:
    """Read a part of a fit."""
    return workers.read_fit_part(event)


@app.lambda_function()
def fit_merge_handler(event: Any, _context: Any) -> str:
    """Merge the parts of a fit."""
    return workers.merge_fit(event, now=_now())


@app.lambda_function()
def analysis_handler(event: Any, _context: Any) -> dict[str, Any]:
    """Analyse or design a geo test, or analyse the dialogue."""
    return workers.analyse(event)


@app.on_dynamodb_record(
    stream_arn=STREAM_ARN,
    batch_size=CHANGES.batch_size,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=CHANGES.window_seconds,
)
def aggregate_handler(event: Any) -> None:
    """Derive the totals of days that changed."""
    workers.derive_totals(event.to_dict(), now=_now())


@app.on_sqs_message(queue=TOTALS_QUEUE.name, batch_size=TOTALS_QUEUE.batch_size)
def totals_handler(event: Any) -> dict[str, Any]:
    """Derive the totals of waiting days."""
    return workers.derive_waiting_totals(event.to_dict(), now=_now())


@app.schedule(Rate(1, unit=Rate.DAYS))
def schedule_handler(_event: Any) -> None:
    """Run the daily jobs."""
    workers.run_daily_jobs(now=_now())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
