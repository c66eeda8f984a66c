"""What a browser asks for: the dashboard at / (it asks the API for what it shows), the handbook."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib import dashboard, documentation
from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, CACHED, Answer, endpoint
from chalicelib.api.tables import JSON
from chalicelib.errors import NotFound

HTML = "text/html; charset=utf-8"

blueprint = Blueprint(__name__)


@blueprint.route("/", methods=["GET"], content_types=ANY_TYPE)
@endpoint(public=True)
def get_dashboard(_call: Call) -> Answer:
    """The dashboard."""
    return _page(dashboard.page(), dashboard.content_security_policy())


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
    return Answer(documentation.openapi(), headers={**CACHED}, media_type=JSON)


def _page_of_handbook(name: str) -> Answer:
    return _page(documentation.page(name), documentation.content_security_policy(name))


def _page(html: str, policy: str) -> Answer:
    headers: dict[str, str | list[str]] = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        **CACHED,
    }
    return Answer(html, headers=headers, media_type=HTML)
