"""Post-processing of schemas: JSON Schema names of limits, one `EngagementType`, no defaults."""

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
"""Pydantic keeps its own name of a limit if it does not know the type of the value."""

_BY_NAME = frozenset({"properties", "patternProperties"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_ONE = frozenset({"items", "additionalProperties", "propertyNames", "not"})
_ENGAGEMENT_TYPES = list(get_args(EngagementType))


def finished(schema: Any) -> Any:
    """Adapt a schema to client generators.

    They treat a property with a `default` as always present and make callers send it. Therefore the
    description states a default other than null instead.
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
        default = f"By default {json.dumps(schema['default'])}."
        found["description"] = f"{schema.get('description', '')} {default}".strip()
    return found


def engagement_type() -> dict[str, Any]:
    """Return the schema that `finished` refers to."""
    return {
        "type": "string",
        "enum": _ENGAGEMENT_TYPES,
        "description": "The type of an engagement. A `reply` is the brand's own reply.",
    }
