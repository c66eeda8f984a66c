"""/v1/links: signed links to answers, for spreadsheets and programs that can send no header."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from chalice.app import Blueprint, Request, Response

from chalicelib import wiring
from chalicelib.api.calls import LINK, Call
from chalicelib.api.http import ANY_TYPE, Answer, endpoint, try_question
from chalicelib.api.request_bodies import field_of_type, read_object
from chalicelib.model.errors import FieldError, InvalidFields, InvalidRequest
from chalicelib.services.credentials import credential_answers, signed_links
from chalicelib.storage.table_keys import TIME_ORDERED_ID

MAX_VALUE = 256

blueprint = Blueprint(__name__)


@blueprint.route("/v1/links", methods=["POST"], content_types=ANY_TYPE)
@endpoint()
def post_link(call: Call) -> Answer:
    """Make a link to one answer; its URL is shown once.

    Whoever has the URL may GET this answer, and nothing else, until the link ends.
    """
    body = read_object(call.request, required=("path",), optional=("query", "expires_in_days"))
    path = field_of_type(body, "path", str, "")
    views = linkable_views(blueprint.current_app.routes)
    if path not in views:
        raise _wrong("/path", "unknown_value", f"one of {', '.join(sorted(views))}")
    query = _texts(field_of_type(body, "query", dict, {}))
    days = field_of_type(body, "expires_in_days", int, signed_links.DEFAULT_DAYS)
    if not 1 <= days <= signed_links.MAX_DAYS:
        raise _wrong("/expires_in_days", "out_of_range", f"from 1 to {signed_links.MAX_DAYS}")
    try:
        try_question(views[path], call, {name: [value] for name, value in query.items()})
    except InvalidFields as error:
        wrong = [FieldError(f"/query{e.pointer}", e.code, e.message) for e in error.errors]
        raise InvalidFields(error.detail, tuple(wrong)) from error
    token, link = signed_links.make_link(call.store, path, query, days=days, now=call.now)
    answer: credential_answers.NewLink = {
        **credential_answers.shown_link(link, call.now),
        "url": f"{_base_url(call.request)}{path}?{urlencode({**query, LINK: token})}",
    }
    return Answer(answer, status=201, headers={"Location": f"/v1/links/{link.link_id}"})


@blueprint.route("/v1/links", methods=["GET"], content_types=ANY_TYPE)
@endpoint(params=("limit", "cursor"), tabular=True)
def get_links(call: Call) -> Answer:
    """The tenant's links, newest first, without their URLs."""
    page, following = signed_links.list_links(
        call.store, limit=call.limit(most=200, default=50), after=call.cursor(TIME_ORDERED_ID)
    )
    shown = [credential_answers.shown_link(one, call.now) for one in page]
    answer: credential_answers.Links = {"links": shown, "next": following}
    table = credential_answers.LINKS_TABLE
    return Answer(answer, rows=table.rows(shown), columns=table.columns)


@blueprint.route("/v1/links/{link_id}", methods=["GET"], content_types=ANY_TYPE)
@endpoint()
def get_link(call: Call, link_id: str) -> Answer:
    """One link, without its URL."""
    link = signed_links.show_link(call.store, link_id)
    return Answer(credential_answers.shown_link(link, call.now))


@blueprint.route("/v1/links/{link_id}", methods=["DELETE"], content_types=ANY_TYPE)
@endpoint()
def delete_link(call: Call, link_id: str) -> Answer:
    """Revoke a link: it opens nothing from now on."""
    signed_links.revoke_link(call.store, link_id, now=call.now)
    return Answer(None, status=204)


def linkable_views(routes: Mapping[str, Mapping[str, Any]]) -> dict[str, Callable[..., Response]]:
    """The views that a link may lead to, by path.

    Parameters
    ----------
    routes : mapping
        ``app.routes``: path -> method -> route entry.
    """
    views = {
        path: methods["GET"].view_function for path, methods in routes.items() if "GET" in methods
    }
    return {
        path: view
        for path, view in views.items()
        if (declared := getattr(view, "declared", None)) is not None and declared.linkable
    }


def _texts(query: dict[str, Any]) -> dict[str, str]:
    """The query as it was sent, if all its values are texts of a bearable length."""
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
    """Where this API is: as configured, or at the gateway's domain and stage, or on this machine.

    The `Host` header is the caller's word: a link that led to whatever it names would hand the
    token to somebody else's server.

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
            "links need the address of the service: set LIKEWORTH_PUBLIC_URL, or call it by its "
            "address on this machine"
        )
    return f"http://{host}"
