"""Pages for browsers: the dashboard at /, which calls the API, and the documentation."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from chalicelib import dashboard, documentation, wiring
from chalicelib.api.calls import Call
from chalicelib.api.media_types import HTML, JSON, SCRIPT
from chalicelib.api.responses import CACHED, Answer, Headers
from chalicelib.api.routes import Route, Routes
from chalicelib.model.errors import NotFound

ANY = "*/*"
"""Media types of the documentation's files: each has its own."""

KEPT: Headers = {"Cache-Control": "public, max-age=31536000, immutable"}

views = Routes("pages", "The dashboard, the documentation and the OpenAPI description.")


@views.route("GET", "/", public=True, media_type=HTML)
def get_dashboard(_call: Call) -> Answer:
    """Show the dashboard. It is not cached, because it names the scripts of this version."""
    return _page(dashboard.page(), dashboard.content_security_policy(wiring.upload_address()))


@views.route("GET", "/dashboard/{name}", public=True, media_type=SCRIPT)
def get_dashboard_script(_call: Call, name: str) -> Answer:
    """Get a script of the dashboard, by its name in the page of this version."""
    scripts = dashboard.scripts()
    if name not in scripts:
        raise NotFound("the dashboard has newer scripts; reload the page")
    return Answer(scripts[name], headers={**KEPT})


@views.route("GET", "/docs", public=True, media_type=HTML)
def get_documentation(_call: Call) -> Answer:
    """Show the index of the documentation."""
    return _documentation_page(documentation.INDEX)


@views.route("GET", "/docs/{page}", public=True, media_type=HTML)
def get_documentation_page(_call: Call, page: str) -> Answer:
    """Show a page of the documentation; the `type` of a problem links to its line in `errors`.

    A name may end in `.html`, as links in the pages do.
    """
    name = page.removesuffix(".html")
    if name not in documentation.PAGES:
        raise NotFound(f"available pages: {', '.join(documentation.PAGES)}")
    return _documentation_page(name)


@views.route("GET", "/docs/assets/{asset}", public=True, media_type=ANY)
def get_documentation_asset(_call: Call, asset: str) -> Answer:
    """Get a style, a script, an image or the search index of the documentation."""
    try:
        content, media_type = documentation.asset(asset)
    except KeyError:
        raise NotFound("the documentation has no such file; reload the page") from None
    return Answer(content, headers={**CACHED, "Content-Type": media_type})


@views.route("GET", "/openapi.json", public=True, media_type=JSON)
def get_openapi(call: Call) -> Answer:
    """Get the OpenAPI 3.1 description of the API."""
    packaged = documentation.packaged_openapi()
    return Answer(packaged or _description(tuple(call.routes.values())), headers={**CACHED})


@functools.cache
def _description(routes: tuple[Route, ...]) -> str:
    """Make the description once in a clone; no other request loads the schemas."""
    from chalicelib.api.openapi import described

    return described(routes)


def _documentation_page(name: str) -> Answer:
    return _page(documentation.page(name), documentation.content_security_policy(name), CACHED)


def _page(html: str, policy: str, caching: Mapping[str, str] | None = None) -> Answer:
    headers: Headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        **(caching or {}),
    }
    return Answer(html, headers=headers)
