"""/v1/links: signed links to answers, for spreadsheets and programs that cannot send headers."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from chalice.app import Request

from chalicelib import wiring
from chalicelib.api.calls import LINK, Call, checked_query
from chalicelib.api.request_bodies import field_of_type
from chalicelib.api.responses import Answer, media_type_for
from chalicelib.api.routes import Body, Page, Route, Routes
from chalicelib.model.errors import FieldError, InvalidFields, InvalidRequest, NotFound
from chalicelib.services.credentials import credential_answers, signed_links
from chalicelib.storage.table_keys import TIME_ORDERED_ID

MAX_VALUE = 256

log = logging.getLogger(__name__)

views = Routes("links", "Signed links to answers, for spreadsheets.")


@views.route(
    "POST",
    "/v1/links",
    roles=("read",),
    body=Body("LinkBody", ("path",), ("query", "expires_in_days")),
    answer=credential_answers.NewLink,
    statuses=(201,),
    creates=True,
)
def post_link(call: Call) -> Answer:
    """Create a link to one answer; its URL is shown once.

    Everyone who has the URL can GET this answer, and nothing else, until the link expires. A link
    made with a key of the role read ends with that key.
    """
    body = call.fields()
    path = field_of_type(body, "path", str, "")
    linkable = linkable_routes(call.routes.values())
    if path not in linkable:
        raise _wrong("/path", "unknown_value", f"one of {', '.join(sorted(linkable))}")
    query = _texts(field_of_type(body, "query", dict, {}))
    days = field_of_type(body, "expires_in_days", int, signed_links.DEFAULT_DAYS)
    if not 1 <= days <= signed_links.MAX_DAYS:
        raise _wrong("/expires_in_days", "out_of_range", f"from 1 to {signed_links.MAX_DAYS}")
    try:
        _try(replace(call, route=linkable[path]), query)
    except InvalidFields as error:
        wrong = [FieldError(f"/query{e.pointer}", e.code, e.message) for e in error.errors]
        raise InvalidFields(error.detail, tuple(wrong)) from error
    token, link = signed_links.make_link(
        call.store, path, query, days=days, maker=call.caller, now=call.now
    )
    answer: credential_answers.NewLink = {
        **credential_answers.shown_link(link, call.now),
        "url": f"{_base_url(call.request)}{path}?{urlencode({**query, LINK: token})}",
    }
    return Answer(answer, status=201, headers={"Location": f"/v1/links/{link.link_id}"})


@views.route(
    "GET", "/v1/links", page=Page(TIME_ORDERED_ID), tabular=True, answer=credential_answers.Links
)
def get_links(call: Call) -> Answer:
    """List the links, newest first, without their URLs."""
    page, following = signed_links.list_links(call.store, limit=call.limit(), after=call.cursor())
    shown = [credential_answers.shown_link(one, call.now) for one in page]
    answer: credential_answers.Links = {"links": shown, "next": following}
    table = credential_answers.LINKS_TABLE
    return Answer(answer, rows=table.rows(shown), columns=table.columns)


@views.route("GET", "/v1/links/{link_id}", answer=credential_answers.Link)
def get_link(call: Call, link_id: str) -> Answer:
    """Get a link, without its URL."""
    link = signed_links.show_link(call.store, link_id)
    return Answer(credential_answers.shown_link(link, call.now))


@views.route("DELETE", "/v1/links/{link_id}", statuses=(204,))
def delete_link(call: Call, link_id: str) -> Answer:
    """Revoke a link with immediate effect."""
    signed_links.revoke_link(call.store, link_id, now=call.now)
    return Answer(None, status=204)


def linkable_routes(routes: Iterable[Route]) -> dict[str, Route]:
    """Return the routes that a link may read, by path."""
    return {route.path: route for route in routes if route.linkable}


def _try(call: Call, query: Mapping[str, str]) -> None:
    """Run the view that the link would call, only to find errors.

    Raises
    ------
    InvalidFields
        If the query is invalid. Errors that depend on a fit are not found before the first fit.
    """
    given = {name: [value] for name, value in query.items()}
    tried = replace(call, query=checked_query(given, call.route.known, call.route.required))
    if "format" in tried.query:
        media_type_for(tried)
    try:
        call.route.view(tried)
    except NotFound:
        log.debug("created a link to an answer that does not exist yet")


def _texts(query: dict[str, Any]) -> dict[str, str]:
    """Check that all values of the query are texts of limited length."""
    for name, value in query.items():
        pointer = "/query/" + name.replace("~", "~0").replace("/", "~1")
        if not isinstance(value, str):
            raise _wrong(pointer, "wrong_type", "must be text")
        if len(value) > MAX_VALUE:
            raise _wrong(pointer, "too_long", f"at most {MAX_VALUE} characters")
    return query


def _wrong(pointer: str, code: str, message: str) -> InvalidFields:
    return InvalidFields(f"{pointer[1:]}: {message}", (FieldError(pointer, code, message),))


_THIS_MACHINE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)


def _base_url(request: Request) -> str:
    """Return the URL of this API: configured, that of the gateway, or that of this machine.

    The caller controls the `Host` header. A link to the host it names would send the token to
    another server.

    Raises
    ------
    InvalidRequest
        If `Host` names another machine and no address is configured.
    """
    if configured := wiring.settings().public_url:
        return configured.rstrip("/")
    if domain := request.context.get("domainName"):
        sent = str(request.context.get("path") or request.path)
        return f"https://{domain}{sent.removesuffix(request.path)}"
    host = request.headers.get("host", "localhost")
    if not _THIS_MACHINE.fullmatch(host):
        raise InvalidRequest(
            "links need the URL of the service: set LIKEWORTH_PUBLIC_URL, or call the service by "
            "its address on this machine"
        )
    return f"http://{host}"
