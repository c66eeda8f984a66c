"""/v1/fits: ask for a fit, list them, look at one."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.api.calls import Call, parse_date
from chalicelib.api.http import ANY_TYPE, Answer, Headers, endpoint
from chalicelib.api.request_bodies import read_object
from chalicelib.services.fitting import fits
from chalicelib.storage.table_keys import TIME_ORDERED_ID

blueprint = Blueprint(__name__)


@blueprint.route("/v1/fits", methods=["POST"], content_types=ANY_TYPE)
@endpoint()
def post_fit(call: Call) -> Answer:
    """Ask for a fit; the body, if any, names its window."""
    window = read_object(call.request, optional=("from", "to"), may_be_absent=True)
    start, end = (
        None if window.get(name) is None else parse_date(name, window[name])
        for name in ("from", "to")
    )
    header = fits.request_fit(call.store, wiring.send_fit, now=call.now, start=start, end=end)
    headers: Headers = {"Location": f"/v1/fits/{header.fit_id}"}
    return Answer(fits.shown_fit(header), status=202, headers=headers)


@blueprint.route("/v1/fits", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read", params=("limit", "cursor"), tabular=True)
def get_fits(call: Call) -> Answer:
    """The tenant's fits, newest first."""
    page, following = fits.list_fits(
        call.store, limit=call.limit(most=200, default=50), after=call.cursor(TIME_ORDERED_ID)
    )
    shown = [fits.shown_fit(one) for one in page]
    answer: fits.Fits = {"fits": shown, "next": following}
    return Answer(answer, rows=fits.TABLE.rows(shown), columns=fits.TABLE.columns)


@blueprint.route("/v1/fits/{fit_id}", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read")
def get_fit(call: Call, fit_id: str) -> Answer:
    """One fit with its diagnostics."""
    header = fits.show_fit(call.store, fit_id)
    return Answer(fits.shown_with_diagnostics(call.store, header))
