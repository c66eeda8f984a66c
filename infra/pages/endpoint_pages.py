"""docs/endpoints.md and the fields of events, from the OpenAPI description."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import app
from chalicelib.api.openapi.document import EVENTS, describe
from infra.pages import examples
from infra.pages.answer_pages import shown_calls
from infra.pages.event_fields import MEANINGS
from infra.pages.markdown import code, filled, indented, table

Described = dict[str, Any]
ENUM = 16
"""Values of an enumeration that are listed; longer ones have their own place."""

HEADING = ("field", "type", "", "meaning")
COMMON = {
    "invalid_fields",
    "unauthenticated",
    "forbidden",
    "rate_limited",
    "internal_error",
    "store_unavailable",
}
"""Errors that every call with a key can return."""

DESCRIBING = {"Coverage", "Annotation", "Control"}
"""Kinds of events whose headings in docs/events.md end in "event"."""

_SCHEMAS = "#/components/schemas/"


def endpoints_page() -> str:
    """docs/endpoints.md."""
    parts = {"endpoints": "\n\n".join(_groups()), "shapes": "\n\n".join(_shapes())}
    return filled("endpoints.md", parts)


def events_page() -> str:
    """docs/events.md."""
    schemas = description()["components"]["schemas"]
    names = (*(one.__name__ for one in EVENTS), "Money")
    return filled("events.md", {name: _fields(schemas[name], MEANINGS) for name in names})


@functools.cache
def description() -> Described:
    """The OpenAPI description of the API."""
    return describe(app.app.declared.values())


def _groups() -> Iterator[str]:
    found = description()
    for tag in found["tags"]:
        routes = [
            (method.upper(), path, operation)
            for path, operations in found["paths"].items()
            for method, operation in operations.items()
            if tag["name"] in operation["tags"]
        ]
        yield f"## {_sentence(tag['name'].replace('_', ' '))}"
        yield tag["description"]
        for method, path, operation in routes:
            yield from _endpoint(method, path, operation)


def _endpoint(method: str, path: str, operation: Described) -> Iterator[str]:
    yield f"### {method} {path}"
    more, _, access = operation["description"].rpartition("\n\n")
    access = access or operation["description"]
    yield " ".join(f"{operation['summary']}. {more}".split())
    yield access
    if parameters := operation.get("parameters"):
        rows = (
            (
                f"`{one['name']}`",
                _kind(one["schema"]),
                "required" if one["required"] else "",
                one.get("description", "Part of the path."),
            )
            for one in parameters
        )
        yield table(("parameter", "type", "", "meaning"), rows)
    if body := operation.get("requestBody"):
        described = body["content"]["application/json"]
        yield f"Body: {_kind(described['schema'])}."
        yield code(indented(described["examples"]["usual"]["value"]), "json")
    yield "\n".join(_answers(operation))
    if errors := ", ".join(_errors(operation)):
        yield f"Errors, besides those of every call: {errors}."
    call = f"{method} {path}"
    if call in shown_calls():
        yield "[Answers](answers.md) explains the answer with an example."
    elif _has_object(operation):
        yield "Example:"
        yield examples.of_route(method, path).shown(most=2)


def _answers(operation: Described) -> Iterator[str]:
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if status >= "400":
            continue
        if "application/json" in content:
            csv = ", also as CSV" if "text/csv" in content else ""
            yield f"- {status}: {_kind(content['application/json']['schema'])}{csv}"
        else:
            kinds = ", ".join(f"`{one}`" for one in content)
            yield f"- {status}: {kinds or response['description'].rstrip('.').lower()}"


def _errors(operation: Described) -> Iterator[str]:
    for status, response in operation["responses"].items():
        for one in re.findall(r"`(\w+)`", response["description"]) if status >= "400" else ():
            if one not in COMMON:
                yield f"{status} [`{one}`](errors.md#{one})"


def _has_object(operation: Described) -> bool:
    return any(
        "$ref" in response.get("content", {}).get("application/json", {}).get("schema", {})
        for status, response in operation["responses"].items()
        if status < "300"
    )


def _shapes() -> Iterator[str]:
    events = {one.__name__ for one in EVENTS}
    for name, schema in description()["components"]["schemas"].items():
        if name in events:
            continue
        yield f"### {name}"
        meaning = " ".join(_described(schema).split())
        yield f'<a id="{_place(name)}"></a>{meaning}'
        if "properties" in schema:
            yield _fields(schema)
        else:
            yield f"{_sentence(_kind(schema, long=True))}."


def _fields(schema: Described, meanings: Mapping[str, str] = MappingProxyType({})) -> str:
    required = set(schema.get("required", ()))
    rows = (
        (
            f"`{name}`",
            _kind(one),
            "" if name in required else "optional",
            " ".join((*meanings.get(name, "").split(), *_described(one).split())),
        )
        for name, one in schema["properties"].items()
    )
    return table(HEADING, rows)


def _described(schema: Described) -> str:
    return str(schema.get("description", "")).replace("``", "`")


def _kind(schema: Described, *, long: bool = False) -> str:
    """The type of a value in words, with links to shapes."""
    if "$ref" in schema:
        return _link(schema["$ref"].removeprefix(_SCHEMAS))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        values = schema["enum"]
        if len(values) > ENUM and not long:
            return "one of the known names"
        return ", ".join(f"`{one}`" for one in values)
    for alternatives in ("anyOf", "oneOf"):
        if alternatives in schema:
            kinds = (_kind(one, long=long) for one in schema[alternatives])
            return " or ".join(dict.fromkeys(kinds))
    match schema.get("type"):
        case "array":
            return f"list of {_kind(schema.get('items', {}))}"
        case "object":
            return "object"
        case "string":
            return _text_kind(schema)
        case "integer" | "number" as kind:
            return _number_kind(schema, "whole number" if kind == "integer" else "number")
        case "boolean":
            return "`true` or `false`"
        case "null":
            return "`null`"
        case _:
            return "any value"


def _text_kind(schema: Described) -> str:
    match schema.get("format"):
        case "date":
            return "day"
        case "date-time":
            return "instant"
    most = schema.get("maxLength")
    return f"text, at most {most} characters" if most else "text"


def _number_kind(schema: Described, kind: str) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None and most < 1e6:
        return f"{kind} from {least} to {most}"
    if least is not None:
        return f"{kind}, at least {least}"
    return kind


def _link(name: str) -> str:
    if name in {one.__name__ for one in EVENTS}:
        return f"[{name}](events.md#{name.lower()}{'-event' if name in DESCRIBING else ''})"
    return f"[{name}](endpoints.md#{_place(name)})"


def _place(name: str) -> str:
    """The anchor of a shape: some shapes have the name of a group of endpoints."""
    return f"shape-{name.lower()}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
