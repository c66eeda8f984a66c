"""What a caller asks of the design of an experiment, from a query, a body or a command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.model.events import EngagementType
from chalicelib.services.experiments.experiment_bodies import Series
from chalicelib.services.experiments.regions import read_series

DesignKind = Literal["holdout", "geo", "switchback"]
KINDS: tuple[DesignKind, ...] = ("holdout", "geo", "switchback")
DEFAULT_DAYS: dict[DesignKind, int] = {"holdout": 28, "geo": 28, "switchback": 56}
DEFAULT_BLOCK = 7
DEFAULT_CONTROL_SHARE = 0.5

LIMITS: dict[str, tuple[float, float]] = {
    "days": (1, 365),
    "effect": (0.0001, 10.0),
    "control_share": (0.01, 0.99),
    "people": (2, 1e10),
    "rate": (1e-9, 1000.0),
    "regions": (1, 300),
    "block": (1, 90),
    "margin": (0.001, 1.0),
}
WHOLE = frozenset({"days", "people", "regions", "block"})
ONLY_OF: dict[str, frozenset[DesignKind]] = {
    "effect": frozenset({"holdout", "geo"}),
    "control_share": frozenset({"holdout"}),
    "people": frozenset({"holdout"}),
    "rate": frozenset({"holdout"}),
    "regions": frozenset({"geo"}),
    "block": frozenset({"switchback"}),
    "series": frozenset({"geo"}),
}
"""Fields that only some kinds of experiments use."""
DESIGN_FIELDS = ("channel", "type", "paid", "kind", "from", *LIMITS, "series", "csv")
DESIGN_PARAMETERS = ("channel", "type", "paid", "kind", "from", *LIMITS)

_TYPE: TypeAdapter[EngagementType] = TypeAdapter(EngagementType)
_SERIES: TypeAdapter[Series] = TypeAdapter(Series)


@dataclass(frozen=True, slots=True)
class DesignAsked:
    """An experiment to design. None: the default, from the fit if it is not a constant.

    Raises
    ------
    InvalidFields
        If a value is outside its limits, or of another kind of experiment.
    """

    channel: str | None = None
    type: EngagementType | None = None
    paid: bool | None = None
    kind: DesignKind | None = None
    start: dt.date | None = None
    days: int | None = None
    effect: float | None = None
    """Effect that the test should find, as a share of the conversions without it."""
    control_share: float | None = None
    people: int | None = None
    rate: float | None = None
    """Conversions per person of the control group during the test."""
    regions: int | None = None
    """How many to treat."""
    block: int | None = None
    margin: float | None = None
    series: Mapping[str, list[float]] | None = None
    """Conversions per day of each region in the past."""

    def __post_init__(self) -> None:
        """Check the limits."""
        wrong = []
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                wrong.append(
                    FieldError(f"/{name}", "out_of_range", f"must be from {least:g} to {most:g}")
                )
        if self.kind == "geo" and self.series is None:
            message = "a geo test needs the conversions by region: POST them as `series` or `csv`"
            wrong.append(FieldError("/series", "missing_field", message))
        if self.channel is None and self.kind != "geo":
            wrong.append(FieldError("/channel", "missing_field", "which channel is to be tested"))
        if self.kind is not None:
            wrong += self._of_other_kinds(self.kind)
        if wrong:
            raise invalid_design(wrong)

    def _of_other_kinds(self, kind: DesignKind) -> list[FieldError]:
        return [
            FieldError(f"/{name}", "unknown_field", f"a test of kind {kind} does not use it")
            for name, kinds in ONLY_OF.items()
            if getattr(self, name) is not None and kind not in kinds
        ]

    def with_kind(self, kind: DesignKind) -> DesignAsked:
        """The same question about a kind of experiment; raises InvalidFields like a new one."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return DesignAsked(**{**values, "kind": kind})


def invalid_design(wrong: list[FieldError]) -> InvalidFields:
    """The error for a question with invalid fields."""
    text = "; ".join(f"{one.pointer.lstrip('/')}: {one.message}" for one in wrong)
    return InvalidFields(f"the design is invalid: {text}", tuple(wrong))


def read_design(body: Mapping[str, Any]) -> DesignAsked:
    """Read decoded JSON; `DesignAsked` checks the limits.

    Raises
    ------
    InvalidFields
        If a field has another type, or a value outside its limits.
    """
    wrong: list[FieldError] = []
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name in LIMITS:
            if not _is_number(value, whole=name in WHOLE):
                what = "a whole number" if name in WHOLE else "a number"
                wrong.append(FieldError(f"/{name}", "wrong_type", f"must be {what}"))
            else:
                values[name] = value if name in WHOLE else float(value)
        elif name == "paid":
            if not isinstance(value, bool):
                wrong.append(FieldError("/paid", "wrong_type", "must be true or false"))
            values[name] = value
        elif name not in ("series", "csv"):
            if not isinstance(value, str):
                wrong.append(FieldError(f"/{name}", "wrong_type", "must be a text"))
            values[name] = value
    if wrong:
        raise invalid_design(wrong)
    if "series" in body or "csv" in body:
        values["series"] = _read_past(body)
        values.setdefault("kind", "geo")
    return _named(values)


def read_design_query(
    query: Mapping[str, str], numbers: Mapping[str, float | None], start: dt.date | None
) -> DesignAsked:
    """Read query parameters.

    Parameters
    ----------
    query : mapping
        Name -> text.
    numbers : mapping
        The parameters of `LIMITS` as numbers, those of `WHOLE` as whole ones; None if absent.
    start : date, optional
        First day of the test.

    Raises
    ------
    InvalidFields
        If a value has another form or is outside its limits.
    """
    values: dict[str, Any] = {
        name: query[name] for name in ("channel", "type", "kind") if name in query
    }
    values["paid"] = read_paid(query)
    return _named({**values, **numbers, "start": start})


def read_paid(query: Mapping[str, str]) -> bool | None:
    """The parameter `paid`; None if absent; raises InvalidFields."""
    if "paid" not in query:
        return None
    if query["paid"] not in ("true", "false"):
        message = "must be true or false"
        raise invalid_design([FieldError("/paid", "invalid_format", message)])
    return query["paid"] == "true"


def _named(values: dict[str, Any]) -> DesignAsked:
    """Check the names of kind, type and first day."""
    wrong = []
    kind = values.get("kind")
    if kind is not None and kind not in KINDS:
        wrong.append(FieldError("/kind", "unknown_value", f"must be one of {', '.join(KINDS)}"))
    if "from" in values:
        try:
            values["start"] = dt.date.fromisoformat(values.pop("from"))
        except ValueError:
            wrong.append(FieldError("/from", "invalid_format", "must be a day, YYYY-MM-DD"))
    if "type" in values:
        try:
            _TYPE.validate_python(values["type"])
        except ValidationError:
            wrong.append(FieldError("/type", "unknown_value", "is not a type of engagement"))
    if wrong:
        raise invalid_design(wrong)
    return DesignAsked(**values)


def _read_past(body: Mapping[str, Any]) -> dict[str, list[float]]:
    if "series" in body and "csv" in body:
        raise invalid_design([FieldError("/csv", "unknown_field", "send either series or csv")])
    if "csv" in body:
        if not isinstance(body["csv"], str):
            raise invalid_design([FieldError("/csv", "wrong_type", "must be a text")])
        return read_series(None, body["csv"])[1]
    try:
        series = _SERIES.validate_python(body["series"])
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "/".join(("", "series", *(str(part) for part in first["loc"])))
        raise invalid_design([FieldError(where, "wrong_type", first["msg"])]) from None
    return read_series(series, None)[1]


def _is_number(value: object, *, whole: bool) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (not whole and isinstance(value, Decimal | float))
