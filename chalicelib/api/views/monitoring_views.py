"""GET /v1/timeseries and GET /v1/health."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from typing_extensions import TypedDict

from chalicelib import __version__
from chalicelib.api.calls import Call
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Routes
from chalicelib.services.totals import day_totals

DEFAULT_DAYS = 30


class Health(TypedDict):
    """The state and version of the service."""

    status: Literal["ok"]
    version: str


views = Routes("monitoring", "Totals over time, and a health check.")


@views.route(
    "GET",
    "/v1/timeseries",
    roles=("read",),
    params=("metric", "group_by", "from", "to", "interval"),
    tabular=True,
    required=("metric",),
    answer=day_totals.Timeseries,
)
def get_timeseries(call: Call) -> Answer:
    """Get a metric per interval and group, by default for the last 30 days."""
    start, end = call.period()
    end = end or max(call.now.date(), start or dt.date.min)
    start = start or end - dt.timedelta(days=DEFAULT_DAYS - 1)
    series = day_totals.timeseries(
        call.store,
        metric=call.query["metric"],
        group_by=call.query.get("group_by", "none"),
        start=start,
        end=end,
        interval=call.query.get("interval", "day"),
    )
    rows = day_totals.timeseries_rows(series)
    return Answer(series, rows=rows, columns=day_totals.TABLE.columns)


@views.route("GET", "/v1/health", public=True, answer=Health)
def get_health(_call: Call) -> Answer:
    """Get the version; answers if the service is up."""
    answer: Health = {"status": "ok", "version": __version__}
    return Answer(answer)
