"""What a browser asks for: the dashboard at / (it asks the API for what it shows), the handbook."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from chalicelib import dashboard, documentation, wiring
from chalicelib.api.calls import Call
from chalicelib.api.media_types import HTML, JSON, SCRIPT
from chalicelib.api.responses import CACHED, Answer, Headers
from chalicelib.api.routes import Route, Routes
from chalicelib.model.errors import NotFound

KEPT: Headers = {"Cache-Control": "public, max-age=31536000, immutable"}

views = Routes("pages", "The dashboard, the handbook and this description.")


@views.route("GET", "/", public=True, media_type=HTML)
def get_dashboard(_call: Call) -> Answer:
    """The dashboard. It is not cached, because it names the script of this version."""
    return _page(dashboard.page(), dashboard.content_security_policy(wiring.upload_address()))


@views.route("GET", "/dashboard/{name}", public=True, media_type=SCRIPT)
def get_dashboard_script(_call: Call, name: str) -> Answer:
    """The script of the dashboard, by the name in the page of this version."""
    if name != dashboard.script_name():
        raise NotFound("the dashboard has another script now; load the page again")
    return Answer(dashboard.script(), headers={**KEPT})


@views.route("GET", "/docs", public=True, media_type=HTML)
def get_documentation(_call: Call) -> Answer:
    """The index of the handbook."""
    return _page_of_handbook(documentation.INDEX)


@views.route("GET", "/docs/{page}", public=True, media_type=HTML)
def get_documentation_page(_call: Call, page: str) -> Answer:
    """A page of the handbook; the `type` of every problem leads to its line in `errors`."""
    if page not in documentation.PAGES:
        raise NotFound(f"the pages are {', '.join(documentation.PAGES)}")
    return _page_of_handbook(page)


@views.route("GET", "/openapi.json", public=True, media_type=JSON)
def get_openapi(call: Call) -> Answer:
    """The description of the API (OpenAPI 3.1)."""
    packaged = documentation.packaged_openapi()
    return Answer(packaged or _description(tuple(call.routes.values())), headers={**CACHED})


@functools.cache
def _description(routes: tuple[Route, ...]) -> str:
    """The description, made once in a clone. No other request loads the schemas."""
    from chalicelib.api.openapi import described

    return described(routes)


def _page_of_handbook(name: str) -> Answer:
    return _page(documentation.page(name), documentation.content_security_policy(name), CACHED)


def _page(html: str, policy: str, caching: Mapping[str, str] | None = None) -> Answer:
    headers: Headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        **(caching or {}),
    }
    return Answer(html, headers=headers)
