"""The OpenAPI 3.1 document: routes with their declarations, schemas of bodies and answers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from chalicelib import __version__
from chalicelib.api import problems
from chalicelib.api.calls import LINK
from chalicelib.api.csv_tables import CSV
from chalicelib.api.http import Declared
from chalicelib.api.openapi.finishing import engagement_type, finished
from chalicelib.api.openapi.operations import OPERATIONS, TAGS, Operation
from chalicelib.api.openapi.requests import (
    BODIES,
    EXAMPLES,
    PARAMETERS,
    PATH_PARAMETERS,
    Schema,
    or_null,
    reference,
)
from chalicelib.api.request_bodies import JSON, NDJSON
from chalicelib.api.views.link_views import linkable_views
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
from chalicelib.services.credentials.signed_links import DEFAULT_DAYS, MAX_DAYS
from chalicelib.services.experiments.experiment_bodies import GeoTest, HoldOut

TEMPLATE = "#/components/schemas/{model}"
EVENTS = (Engagement, Conversion, Cost, Audience, Coverage, Annotation, Control)
EXPERIMENTS = (HoldOut, GeoTest)
DESCRIPTION = (
    "What a like, a share, a follower or a review is worth next to a paid ad click, and the return "
    "on each channel. Days are UTC, `from` and `to` inclusive. Errors are RFC 9457 problems. "
    "The handbook is at [docs](docs)."
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


def described_routes(
    routes: Mapping[str, Mapping[str, Any]],
) -> Iterator[tuple[str, str, Any, Declared]]:
    """Method, path, view and declaration of every route that has a view of its own."""
    for path, methods in routes.items():
        for method, entry in methods.items():
            declared = getattr(entry.view_function, "declared", None)
            if declared is not None and method != "HEAD":  # HEAD is GET without a body
                yield method, path, entry.view_function, declared


def describe(routes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The description of an application.

    Parameters
    ----------
    routes : mapping
        ``app.routes``: path -> method -> route entry.

    Raises
    ------
    KeyError
        If a route is not among `OPERATIONS`.
    ValueError
        If a model of a body and the shape of an answer have the same name.
    """
    paths: dict[str, dict[str, Any]] = {}
    for method, path, view, declared in described_routes(routes):
        operation = OPERATIONS[method, path]
        paths.setdefault(path, {})[method.lower()] = _operation(
            method, path, view, declared, operation
        )
    schemas = {name: finished(one) for name, one in (_schemas() | _link_body(routes)).items()}
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
        "tags": [{"name": name, "description": meaning} for name, meaning in sorted(TAGS.values())],
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
                    "description": "Of POST /v1/links; with the very query that it was made for.",
                },
            },
        },
    }


def _security(declared: Declared) -> list[dict[str, list[str]]]:
    """Any one of these opens a call; a public call needs none."""
    if declared.public:
        return []
    schemes = ["ApiKey", "Bearer", *(["Link"] if declared.linkable else [])]
    return [{scheme: []} for scheme in schemes]


def _operation(
    method: str, path: str, view: Any, declared: Declared, operation: Operation
) -> dict[str, Any]:
    summary, _, more = (inspect.getdoc(view) or "").partition("\n\n")
    described: dict[str, Any] = {
        "operationId": view.__name__,
        "summary": summary.rstrip("."),
        "tags": [TAGS[view.__module__.rpartition(".")[2]][0]],
    }
    described["security"] = _security(declared)
    who = "Public: no key is needed."
    if not declared.public:
        described["x-roles"] = [*declared.roles, "admin"]
        who = f"Roles: {', '.join(described['x-roles'])}."
    described["description"] = f"{more}\n\n{who}".strip()
    if parameters := [*_path_parameters(path), *_query_parameters(declared, operation)]:
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = _body(operation)
    described["responses"] = {
        str(status): response
        for status, response in sorted(_responses(method, path, declared, operation).items())
    }
    return described


def _path_parameters(path: str) -> Iterator[dict[str, Any]]:
    for name in _NAME.findall(path):
        yield {"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS[name]}


def _query_parameters(declared: Declared, operation: Operation) -> Iterator[dict[str, Any]]:
    for name in declared.params:
        schema, meaning = PARAMETERS[name]
        yield {
            "name": name,
            "in": "query",
            "required": name in operation.required,
            "description": meaning,
            "schema": schema | operation.limits.get(name, {}),
        }


def _body(operation: Operation) -> dict[str, Any]:
    assert operation.body is not None
    example = {"usual": {"value": EXAMPLES[operation.body]}}
    content: dict[str, Any] = {JSON: {"schema": reference(operation.body), "examples": example}}
    if operation.body == "EventsBody":
        content[NDJSON] = {
            "schema": {"type": "string", "description": "An event per line; at most 500."}
        }
    return {"required": not operation.may_be_absent, "content": content}


def _responses(
    method: str, path: str, declared: Declared, operation: Operation
) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for status, shape in operation.answers.items():
        found[status] = _answer(method, status, shape, declared, operation)
    if method == "GET":
        found[304] = {"description": "What If-None-Match names.", "headers": {"ETag": _TEXT_HEADER}}
    statuses = {400, 500}
    statuses |= set() if declared.public else {401, 403, 429, 503}
    statuses |= {406} if declared.tabular else set()
    statuses |= {404} if "{" in path else set()
    statuses |= {413, 415} if operation.body is not None else set()
    for status in statuses | set(operation.codes):
        codes = list(operation.codes.get(status, ()))
        if status in statuses:
            codes += _PLAIN[status]
        if status == 400 and operation.body is not None:
            codes += ["malformed_json", "invalid_request"]
        found[status] = _problem(status, codes)
    return found


def _answer(
    method: str,
    status: int,
    shape: type | None,
    declared: Declared,
    operation: Operation,
) -> dict[str, Any]:
    described: dict[str, Any] = {"description": "Nothing." if status == 204 else "The answer."}
    if shape is not None:
        described["description"] = (inspect.getdoc(shape) or "").partition("\n")[0]
        described["content"] = {JSON: {"schema": reference(shape.__name__)}}
        if declared.tabular:
            described["content"][CSV] = {"schema": {"type": "string"}}
    elif operation.media_type is not None:
        kind = "object" if operation.media_type == JSON else "string"
        described["content"] = {operation.media_type: {"schema": {"type": kind}}}
    headers = {} if declared.public else _quota_headers()
    if method == "GET" and status == 200:
        headers["ETag"] = _TEXT_HEADER
    if operation.body not in (None, "EventsBody") and method != "PATCH":
        headers["Location"] = _TEXT_HEADER
    return described | ({"headers": headers} if headers else {})


_TEXT_HEADER: Schema = {"required": True, "schema": {"type": "string"}}
_QUOTA_HEADERS: dict[str, Schema] = {
    "RateLimit-Policy": {
        "description": "Requests (q) per seconds (w) of the key; not there without a limit.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "Requests that are left (r) for so many seconds (t).",
        "schema": {"type": "string"},
    },
}


def _quota_headers() -> dict[str, Schema]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in _QUOTA_HEADERS}


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": "; ".join(f"`{code}`" for code in codes) + ".",
        "content": {problems.MEDIA_TYPE: {"schema": reference("Problem")}},
    }
    if status in (429, 503):
        seconds = {"required": True, "schema": {"type": "integer", "minimum": 1}}
        described["headers"] = {"Retry-After": seconds}
    if status == 429:
        described["headers"] |= _quota_headers()
    if status == 401:
        described["headers"] = {"WWW-Authenticate": _TEXT_HEADER}
    return described


def _schemas() -> dict[str, Schema]:
    """Every schema by name."""
    sent: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for model in (*EVENTS, *EXPERIMENTS)
    ]
    _, requests = models_json_schema(sent, ref_template=TEMPLATE)
    schemas = answer_schemas()
    twice = (schemas.keys() & requests["$defs"].keys()) - {"Money"}
    if twice:
        raise ValueError(f"two models are called {', '.join(sorted(twice))}")
    schemas |= requests["$defs"]
    schemas["Event"] = _one_of(EVENTS, KINDS)
    schemas["ExperimentBody"] = _one_of(EXPERIMENTS, ("holdout", "geo"))
    return schemas | BODIES


def answer_schemas() -> dict[str, Schema]:
    """The schema of every answer by name, and of the shapes inside them."""
    shapes = {
        shape
        for operation in OPERATIONS.values()
        for shape in operation.answers.values()
        if shape is not None
    }
    adapters: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        (shape.__name__, "validation", TypeAdapter(shape))
        for shape in sorted(shapes | {problems.Problem}, key=lambda one: one.__name__)
    ]
    _, described = TypeAdapter.json_schemas(adapters, ref_template=TEMPLATE)
    schemas: dict[str, Schema] = described["$defs"]
    fields = schemas["Problem"]["properties"]
    fields["code"] = dict(sorted({**fields["code"], "enum": problems.problem_codes()}.items()))
    return {name: _open(schema) for name, schema in schemas.items()}


def _link_body(routes: Mapping[str, Mapping[str, Any]]) -> dict[str, Schema]:
    """The body that asks for a link: its paths and their parameters are those of the views."""
    views = linkable_views(routes)
    names = sorted({name for view in views.values() for name in view.declared.params})  # type: ignore[attr-defined]
    body: Schema = {
        "type": "object",
        "required": ["path"],
        "additionalProperties": False,
        "properties": {
            "path": {"type": "string", "enum": sorted(views)},
            "query": or_null(
                {
                    "type": "object",
                    "description": "Parameters of the call, as it takes them.",
                    "additionalProperties": False,
                    "properties": {name: PARAMETERS[name][0] for name in names},
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
