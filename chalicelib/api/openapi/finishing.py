"""Last touches of schemas: limits by their usual names, one name for one type, no defaults."""

from __future__ import annotations

import json
from typing import Any, get_args

from chalicelib.model.events import EngagementType

_LIMITS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}
"""Pydantic leaves a limit under its own name where it does not know the type of what it limits."""

_BY_NAME = frozenset({"properties", "patternProperties"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_ONE = frozenset({"items", "additionalProperties", "propertyNames", "not"})
_ENGAGEMENT_TYPES = list(get_args(EngagementType))


def finished(schema: Any) -> Any:
    """A schema as generators of clients read it best.

    They assume that a property with a `default` is always present and make callers send it. The
    description names a default other than null instead.

    Parameters
    ----------
    schema : dict or bool
        A JSON Schema.
    """
    if not isinstance(schema, dict):
        return schema
    if schema.get("enum") == _ENGAGEMENT_TYPES:
        kept = {key: value for key, value in schema.items() if key == "description"}
        return {"$ref": "#/components/schemas/EngagementType"} | kept
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _BY_NAME:
            found[key] = {name: finished(one) for name, one in value.items()}
        elif key in _LISTS:
            found[key] = [finished(one) for one in value]
        elif key in _ONE:
            found[key] = finished(value)
        elif key != "default":
            found[_LIMITS.get(str(key), str(key))] = value
    if schema.get("default") is not None:
        told = f"By default {json.dumps(schema['default'])}."
        found["description"] = f"{schema.get('description', '')} {told}".strip()
    return found


def engagement_type() -> dict[str, Any]:
    """The schema that the references of `finished` lead to."""
    return {
        "type": "string",
        "enum": _ENGAGEMENT_TYPES,
        "description": "What people did. A `reply` is the brand's own answer to them.",
    }
