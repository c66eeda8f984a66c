"""The OpenAPI 3.1 document: declared routes, and schemas of bodies and answers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from chalicelib import __version__
from chalicelib.api import problems
from chalicelib.api.calls import LINK
from chalicelib.api.media_types import CSV, JSON, NDJSON
from chalicelib.api.openapi.finishing import engagement_type, finished
from chalicelib.api.openapi.requests import (
    BODIES,
    EXAMPLES,
    PARAMETERS,
    PATH_PARAMETERS,
    Schema,
    or_null,
    reference,
)
from chalicelib.api.routes import Body, Page, Route
from chalicelib.api.views.link_views import linkable_routes
from chalicelib.model.events import (
    KINDS,
    Annotation,
    Audience,
    Control,
    Conversion,
    Cost,
    Coverage,
    Engagement,
)
from chalicelib.model.problem_details import PROBLEM_TYPE
from chalicelib.services.credentials.signed_links import DEFAULT_DAYS, MAX_DAYS
from chalicelib.services.experiments.experiment_bodies import GeoTest, HoldOut

TEMPLATE = "#/components/schemas/{model}"
EVENTS = (Engagement, Conversion, Cost, Audience, Coverage, Annotation, Control)
EXPERIMENTS = (HoldOut, GeoTest)
DESCRIPTION = (
    "What a like, a share, a follower or a review is worth compared with a paid ad click, and the "
    "ROI of each channel. Days are UTC days; `from` and `to` are inclusive. Errors are RFC 9457 "
    "problems. The documentation is at [docs](docs)."
)
_PLAIN = {
    400: ("invalid_fields",),
    401: ("unauthenticated",),
    403: ("forbidden",),
    404: ("not_found",),
    406: ("not_acceptable",),
    413: ("body_too_large",),
    415: ("unsupported_media_type",),
    429: ("rate_limited",),
    500: ("internal_error",),
    503: ("store_unavailable",),
}
_NAME = re.compile(r"\{(\w+)\}")


def describe(routes: Collection[Route]) -> dict[str, Any]:
    """Describe an application.

    `routes`: ``app.declared.values()``.

    Raises
    ------
    KeyError
        If a parameter, a body or an answer has no schema.
    ValueError
        If a model of a body and the shape of an answer have the same name.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    schemas = {name: finished(one) for name, one in (_schemas(routes) | _link_body(routes)).items()}
    schemas["EngagementType"] = engagement_type()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Likeworth",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "."}],
        "tags": [
            {"name": name, "description": meaning}
            for name, meaning in sorted({route.tag for route in routes})
        ],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "headers": _QUOTA_HEADERS,
            "securitySchemes": {
                "ApiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "Bearer": {"type": "http", "scheme": "bearer"},
                "Link": {
                    "type": "apiKey",
                    "in": "query",
                    "name": LINK,
                    "description": "Created by POST /v1/links; valid for its own query only.",
                },
            },
        },
    }


def _security(route: Route) -> list[dict[str, list[str]]]:
    """List the accepted credentials; a public route needs none."""
    if route.public:
        return []
    schemes = ["ApiKey", "Bearer", *(["Link"] if route.linkable else [])]
    return [{scheme: []} for scheme in schemes]


def _operation(route: Route) -> dict[str, Any]:
    summary, _, more = (inspect.getdoc(route.view) or "").partition("\n\n")
    described: dict[str, Any] = {
        "operationId": route.view.__name__,
        "summary": summary.rstrip("."),
        "tags": [route.tag.name],
    }
    described["security"] = _security(route)
    access = "Public: no key is needed."
    if not route.public:
        described["x-roles"] = [*route.roles, "admin"]
        access = f"Roles: {', '.join(described['x-roles'])}."
    described["description"] = f"{more}\n\n{access}".strip()
    if parameters := [*_path_parameters(route.path), *_query_parameters(route)]:
        described["parameters"] = parameters
    if route.body is not None:
        described["requestBody"] = _body(route.body)
    described["responses"] = {
        str(status): response for status, response in sorted(_responses(route).items())
    }
    return described


def _path_parameters(path: str) -> Iterator[dict[str, Any]]:
    for name in _NAME.findall(path):
        yield {"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS[name]}


def _query_parameters(route: Route) -> Iterator[dict[str, Any]]:
    for name in route.known:
        schema, meaning = PARAMETERS[name]
        yield {
            "name": name,
            "in": "query",
            "required": name in route.required,
            "description": meaning,
            "schema": schema | (_limits(route.page).get(name, {}) if route.page else {}),
        }


def _limits(page: Page) -> dict[str, Schema]:
    return {"cursor": {"pattern": f"^{page.cursor.pattern}$"}, "limit": {"maximum": page.most}}


def _body(body: Body) -> dict[str, Any]:
    example = {"usual": {"value": EXAMPLES[body.schema]}}
    content: dict[str, Any] = {JSON: {"schema": reference(body.schema), "examples": example}}
    if NDJSON in body.media_types:
        content[NDJSON] = {
            "schema": {"type": "string", "description": "One event per line, at most 500."}
        }
    return {"required": not body.may_be_absent, "content": content}


def _responses(route: Route) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for status in route.statuses:
        found[status] = _answer(route, status)
    if route.method == "GET":
        found[304] = {"description": "Not modified.", "headers": {"ETag": _TEXT_HEADER}}
    for status, codes in _problems(route).items():
        found[status] = _problem(status, codes)
    return found


def _problems(route: Route) -> dict[int, list[str]]:
    """Map statuses to codes: those that the route declares, then those of all similar routes."""
    found: dict[int, list[str]] = {}
    for kind in route.raises:
        found.setdefault(problems.status_of(kind), []).append(kind.code)
    statuses = {400, 500}
    statuses |= set() if route.public else {401, 403, 429, 503}
    statuses |= {406} if route.tabular else set()
    statuses |= {404} if "{" in route.path else set()
    statuses |= {413, 415} if route.body is not None else set()
    for status in statuses:
        found.setdefault(status, []).extend(_PLAIN[status])
    if route.body is not None:
        found[400] += ["malformed_json", "invalid_request"]
    return found


def _answer(route: Route, status: int) -> dict[str, Any]:
    described: dict[str, Any] = {"description": "No content." if status == 204 else "The answer."}
    if route.answer is not None:
        described["description"] = (inspect.getdoc(route.answer) or "").partition("\n")[0]
        described["content"] = {JSON: {"schema": reference(route.answer.__name__)}}
        if route.tabular:
            described["content"][CSV] = {"schema": {"type": "string"}}
    elif route.media_type is not None:
        media_type = route.media_type.partition(";")[0]
        kind = "object" if media_type == JSON else "string"
        described["content"] = {media_type: {"schema": {"type": kind}}}
    headers = {} if route.public else _quota_headers()
    if route.method == "GET" and status == 200:
        headers["ETag"] = _TEXT_HEADER
    if route.creates:
        headers["Location"] = _TEXT_HEADER
    return described | ({"headers": headers} if headers else {})


_TEXT_HEADER: Schema = {"required": True, "schema": {"type": "string"}}
_QUOTA_HEADERS: dict[str, Schema] = {
    "RateLimit-Policy": {
        "description": "Limit of the key: requests (q) per seconds (w). Absent without a limit.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "Remaining requests (r) for the next seconds (t).",
        "schema": {"type": "string"},
    },
}


def _quota_headers() -> dict[str, Schema]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in _QUOTA_HEADERS}


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": "; ".join(f"`{code}`" for code in codes) + ".",
        "content": {PROBLEM_TYPE: {"schema": reference("Problem")}},
    }
    if status in (429, 503):
        seconds = {"required": True, "schema": {"type": "integer", "minimum": 1}}
        described["headers"] = {"Retry-After": seconds}
    if status == 429:
        described["headers"] |= _quota_headers()
    if status == 401:
        described["headers"] = {"WWW-Authenticate": _TEXT_HEADER}
    return described


def _schemas(routes: Iterable[Route]) -> dict[str, Schema]:
    sent: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for model in (*EVENTS, *EXPERIMENTS)
    ]
    _, requests = models_json_schema(sent, ref_template=TEMPLATE)
    schemas = _answer_schemas(routes)
    twice = (schemas.keys() & requests["$defs"].keys()) - {"Money"}
    if twice:
        raise ValueError(f"two models have the same name: {', '.join(sorted(twice))}")
    schemas |= requests["$defs"]
    schemas["Event"] = _one_of(EVENTS, KINDS)
    schemas["ExperimentBody"] = _one_of(EXPERIMENTS, ("holdout", "geo"))
    return schemas | BODIES


def _answer_schemas(routes: Iterable[Route]) -> dict[str, Schema]:
    """Return the schemas of all answers; they allow additional fields in later versions."""
    shapes = {problems.Problem} | {route.answer for route in routes if route.answer is not None}
    adapters: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        (shape.__name__, "validation", TypeAdapter(shape))
        for shape in sorted(shapes, key=lambda one: one.__name__)
    ]
    _, described = TypeAdapter.json_schemas(adapters, ref_template=TEMPLATE)
    schemas: dict[str, Schema] = described["$defs"]
    fields = schemas["Problem"]["properties"]
    fields["code"] = dict(sorted({**fields["code"], "enum": problems.problem_codes()}.items()))
    return {name: _open(schema) for name, schema in schemas.items()}


def _as_text(schema: Schema) -> Schema:
    """The schema of a query parameter as a text in JSON."""
    if schema.get("type") == "number":
        return {"type": "string", "pattern": r"^-?[0-9]{1,4}(\.[0-9]{1,6})?$"}
    if schema.get("type") != "integer":
        return schema
    return {"type": "string", "pattern": f"^[0-9]{{1,{len(str(schema['maximum']))}}}$"}


def _link_body(routes: Iterable[Route]) -> dict[str, Schema]:
    """Describe the body of POST /v1/links from the linkable routes and their parameters."""
    linkable = linkable_routes(routes)
    names = sorted({name for route in linkable.values() for name in route.known})
    body: Schema = {
        "type": "object",
        "required": ["path"],
        "additionalProperties": False,
        "properties": {
            "path": {"type": "string", "enum": sorted(linkable)},
            "query": or_null(
                {
                    "type": "object",
                    "description": "Query parameters of the call.",
                    "additionalProperties": False,
                    "properties": {name: _as_text(PARAMETERS[name][0]) for name in names},
                }
            ),
            "expires_in_days": or_null(
                {"type": "integer", "minimum": 1, "maximum": MAX_DAYS, "default": DEFAULT_DAYS}
            ),
        },
    }
    return {"LinkBody": body}


def _open(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "additionalProperties"}


def _one_of(models: tuple[type[BaseModel], ...], kinds: tuple[str, ...]) -> Schema:
    names = [model.__name__ for model in models]
    return {
        "oneOf": [reference(name) for name in names],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {
                kind: TEMPLATE.format(model=name) for kind, name in zip(kinds, names, strict=True)
            },
        },
    }
