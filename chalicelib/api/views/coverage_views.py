"""GET /v1/coverage."""

from __future__ import annotations

import datetime as dt

from chalicelib.api.calls import Call
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Routes
from chalicelib.services.totals import source_days

views = Routes("coverage", "Days for which sources have data.")


@views.route(
    "GET",
    "/v1/coverage",
    roles=("read",),
    params=("from", "to"),
    tabular=True,
    answer=source_days.SourceCoverages,
)
def get_coverage(call: Call) -> Answer:
    """List the days for which each source has data.

    Without `from` and `to`, it covers as many days as a fit, up to today.
    """
    start, end = call.period()
    end = end or max(call.now.date(), start or dt.date.min)
    start = start or end - dt.timedelta(days=call.store.settings.fit_window_days - 1)
    answer = source_days.list_sources(call.store, start, end)
    table = source_days.TABLE
    return Answer(answer, rows=table.rows(answer["sources"]), columns=table.columns)
