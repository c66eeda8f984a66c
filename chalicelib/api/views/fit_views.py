"""/v1/fits: ask for a fit, list them, look at one."""

from __future__ import annotations

from typing import Any

from chalicelib import wiring
from chalicelib.api.calls import Call, parse_date
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Body, Page, Routes
from chalicelib.services.fitting import fits
from chalicelib.storage.fit_items import FitHeader
from chalicelib.storage.table_keys import TIME_ORDERED_ID

COLUMNS = ("id", "status", "requested_at", "finished_at", "as_of", "from", "to", "goals")

views = Routes("fits", "Estimates of a window, made daily or on request.")


@views.route(
    "POST",
    "/v1/fits",
    body=Body("FitBody", optional=("from", "to"), may_be_absent=True),
    answer="Fit",
    statuses=(202,),
    creates=True,
)
def post_fit(call: Call) -> Answer:
    """Ask for a fit; the body, if any, names its window."""
    window = call.fields()
    start, end = (
        None if window.get(name) is None else parse_date(name, window[name])
        for name in ("from", "to")
    )
    header = fits.request_fit(call.store, wiring.send_fit, now=call.now, start=start, end=end)
    return Answer(_told(header), status=202, headers={"Location": f"/v1/fits/{header.fit_id}"})


@views.route(
    "GET", "/v1/fits", roles=("read",), page=Page(TIME_ORDERED_ID), tabular=True, answer="Fits"
)
def get_fits(call: Call) -> Answer:
    """The tenant's fits, newest first."""
    page, following = fits.list_fits(call.store, limit=call.limit(), after=call.cursor())
    told = [_told(one) for one in page]
    rows = [one | one["window"] | {"goals": " ".join(one["goals"])} for one in told]
    return Answer({"fits": told, "next": following}, rows=rows, columns=COLUMNS)


@views.route("GET", "/v1/fits/{fit_id}", roles=("read",), answer="OneFit")
def get_fit(call: Call, fit_id: str) -> Answer:
    """One fit with its diagnostics."""
    header = fits.show_fit(call.store, fit_id)
    document = fits.show_document(call.store, header)
    diagnostics = document and {
        goal: fitted["diagnostics"] for goal, fitted in document["goals"].items()
    }
    return Answer(_told(header) | {"diagnostics": diagnostics})


def _told(header: FitHeader) -> dict[str, Any]:
    return {
        "id": header.fit_id,
        "status": header.status,
        "requested_at": header.requested_at,
        "finished_at": header.finished_at,
        "as_of": header.as_of,
        "window": {"from": header.window_from, "to": header.window_to},
        "goals": list(header.goals),
        "error": header.error,
    }
