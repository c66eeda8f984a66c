"""The body of ``POST /v1/plans``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.services.answers.budget_plans import PlanAsked

PLAN_FIELDS = ("budget", "days", "freeze", "move_at_most", "free", "margin", "sure", "goals")
MAX_FROZEN = 100
_NUMBERS = ("budget", "move_at_most", "margin", "sure")


def read_plan(body: Mapping[str, Any]) -> PlanAsked:
    """Check the types of the fields; `PlanAsked` checks their limits.

    Raises
    ------
    InvalidFields
        If a field has another type, or a value outside its limits.
    """
    errors = []
    for name, value in body.items():
        if name in _NUMBERS and not _is_number(value):
            errors.append(FieldError(f"/{name}", "wrong_type", "must be a number"))
        if name == "days" and (not isinstance(value, int) or isinstance(value, bool)):
            errors.append(FieldError("/days", "wrong_type", "must be a whole number"))
        if name == "free" and not isinstance(value, bool):
            errors.append(FieldError("/free", "wrong_type", "must be true or false"))
        if name == "freeze" and not _is_list_of_texts(value):
            message = f"must be a list of at most {MAX_FROZEN} channels"
            errors.append(FieldError("/freeze", "wrong_type", message))
        if name == "goals" and not _is_value_by_name(value):
            message = "must be an object of goals and numbers"
            errors.append(FieldError("/goals", "wrong_type", message))
    if errors:
        raise InvalidFields("the plan has fields of another type", tuple(errors))
    known: dict[str, Any] = {
        name: float(value) if name in _NUMBERS else value
        for name, value in body.items()
        if name not in ("freeze", "goals")
    }
    if "goals" in body:
        known["goals"] = {name: float(value) for name, value in body["goals"].items()}
    return PlanAsked(freeze=tuple(body.get("freeze", ())), **known)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_value_by_name(value: object) -> bool:
    return isinstance(value, dict) and all(_is_number(one) for one in value.values())


def _is_list_of_texts(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MAX_FROZEN
        and all(isinstance(one, str) for one in value)
    )
