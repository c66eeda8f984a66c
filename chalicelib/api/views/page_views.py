"""What a browser asks for: the dashboard at / (it asks the API for what it shows), the handbook."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from chalice.app import Blueprint

from chalicelib import dashboard, documentation, wiring
from chalicelib.api.calls import Call
from chalicelib.api.csv_tables import JSON
from chalicelib.api.http import ANY_TYPE, CACHED, Answer, Headers, endpoint
from chalicelib.model.errors import NotFound

HTML = "text/html; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
KEPT: Headers = {"Cache-Control": "public, max-age=31536000, immutable"}

blueprint = Blueprint(__name__)


@blueprint.route("/", methods=["GET"], content_types=ANY_TYPE)
@endpoint(public=True)
def get_dashboard(_call: Call) -> Answer:
    """The dashboard. It is not cached, because it names the script of this version."""
    return _page(dashboard.page(), dashboard.content_security_policy(wiring.upload_address()))


@blueprint.route("/dashboard/{name}", methods=["GET"], content_types=ANY_TYPE)
@endpoint(public=True)
def get_dashboard_script(_call: Call, name: str) -> Answer:
    """The script of the dashboard, by the name in the page of this version."""
    if name != dashboard.script_name():
        raise NotFound("the dashboard has another script now; load the page again")
    return Answer(dashboard.script(), headers={**KEPT}, media_type=SCRIPT)


@blueprint.route("/docs", methods=["GET"], content_types=ANY_TYPE)
@endpoint(public=True)
def get_documentation(_call: Call) -> Answer:
    """The index of the handbook."""
    return _page_of_handbook(documentation.INDEX)


@blueprint.route("/docs/{page}", methods=["GET"], content_types=ANY_TYPE)
@endpoint(public=True)
def get_documentation_page(_call: Call, page: str) -> Answer:
    """A page of the handbook; the `type` of every problem leads to its line in `errors`."""
    if page not in documentation.PAGES:
        raise NotFound(f"the pages are {', '.join(documentation.PAGES)}")
    return _page_of_handbook(page)


@blueprint.route("/openapi.json", methods=["GET"], content_types=ANY_TYPE)
@endpoint(public=True)
def get_openapi(_call: Call) -> Answer:
    """The description of the API (OpenAPI 3.1)."""
    return Answer(_description(), headers={**CACHED}, media_type=JSON)


@functools.cache
def _description() -> str:
    """From the package, or made now; only here a process loads the models of the description."""
    packaged = documentation.packaged_openapi()
    if packaged is not None:
        return packaged
    from chalicelib.api.openapi import described

    return described(blueprint.current_app.routes)


def _page_of_handbook(name: str) -> Answer:
    return _page(documentation.page(name), documentation.content_security_policy(name), CACHED)


def _page(html: str, policy: str, caching: Mapping[str, str] | None = None) -> Answer:
    headers: dict[str, str | list[str]] = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        **(caching or {}),
    }
    return Answer(html, headers=headers, media_type=HTML)
