"""/v1/fits: request, list and get fits."""

from __future__ import annotations

from chalicelib import wiring
from chalicelib.api.calls import Call, parse_date
from chalicelib.api.responses import Answer, Headers
from chalicelib.api.routes import Body, Page, Routes
from chalicelib.model.errors import OtherVersion
from chalicelib.services.fitting import fits
from chalicelib.storage.table_keys import TIME_ORDERED_ID

views = Routes("fits", "Estimates for a window of days, made daily or on request.")


@views.route(
    "POST",
    "/v1/fits",
    body=Body("FitBody", optional=("from", "to"), may_be_absent=True),
    answer=fits.Fit,
    statuses=(202,),
    creates=True,
)
def post_fit(call: Call) -> Answer:
    """Request a fit, of the default window or of the window in the body."""
    window = call.fields()
    start, end = (
        None if window.get(name) is None else parse_date(name, window[name])
        for name in ("from", "to")
    )
    header = fits.request_fit(call.store, wiring.send_fit, now=call.now, start=start, end=end)
    headers: Headers = {"Location": f"/v1/fits/{header.fit_id}"}
    return Answer(fits.shown_fit(header), status=202, headers=headers)


@views.route(
    "GET", "/v1/fits", roles=("read",), page=Page(TIME_ORDERED_ID), tabular=True, answer=fits.Fits
)
def get_fits(call: Call) -> Answer:
    """List the fits, newest first."""
    page, following = fits.list_fits(call.store, limit=call.limit(), after=call.cursor())
    shown = [fits.shown_fit(one) for one in page]
    answer: fits.Fits = {"fits": shown, "next": following}
    return Answer(answer, rows=fits.TABLE.rows(shown), columns=fits.TABLE.columns)


@views.route(
    "GET", "/v1/fits/{fit_id}", roles=("read",), answer=fits.OneFit, raises=(OtherVersion,)
)
def get_fit(call: Call, fit_id: str) -> Answer:
    """Get a fit with its diagnostics."""
    header = fits.show_fit(call.store, fit_id)
    return Answer(fits.shown_with_diagnostics(call.store, header))
