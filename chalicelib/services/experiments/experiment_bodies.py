"""Models of the experiments in requests: a holdout or a geo test, raw or analysed."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from chalicelib.model.days import WrongDay, parse_day
from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.model.events import MAX_COUNT, EngagementType, ShortText, Slug
from chalicelib.model.money import Money

EXPERIMENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
RESERVED_IDS = frozenset({"design", "switchback"})
"""Ids that would be hidden by a route below /v1/experiments."""
MAX_REGIONS = 300
MAX_DAYS = 400
MAX_REGION_DAYS = 60_000
MAX_FIELD_ERRORS = 20
MIN_STANDARD_ERROR = 1e-12
ROUNDING = 1e-9
"""Relative tolerance for sums that a client has rounded."""


def _parse_day(value: Any) -> dt.date:
    try:
        return parse_day(value)
    except WrongDay as error:
        code: Any = error.code  # the stubs of pydantic want a literal
        raise PydanticCustomError(code, "{reason}", {"reason": str(error)}) from None


def _parse_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("wrong_type", "must be a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or abs(number) > MAX_COUNT:
        raise PydanticCustomError("out_of_range", "the number is too large")
    return number


Day = Annotated[dt.date, BeforeValidator(_parse_day)]
Number = Annotated[float, BeforeValidator(_parse_number)]
ExperimentId = Annotated[StrictStr, Field(pattern=rf"^{EXPERIMENT_ID.pattern}$")]
RegionName = Annotated[StrictStr, Field(min_length=1, max_length=128)]
Engagements = Annotated[StrictInt, Field(ge=-MAX_COUNT, le=MAX_COUNT)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class Group(_Part):
    """A group of a holdout: people assigned to it, and conversions of the goal among them.

    `converters` is the number of people who converted at least once. `sum_of_squares` is the sum
    over people of the square of their conversions, which shows how much repeat purchases vary.
    """

    people: Annotated[StrictInt, Field(ge=1, le=MAX_COUNT)]
    conversions: Annotated[Number, Field(ge=0)]
    converters: Annotated[StrictInt, Field(ge=0, le=MAX_COUNT)] | None = None
    sum_of_squares: Annotated[Number, Field(ge=0)] | None = None


class Effect(_Part):
    """The result of an external analysis, with a standard error or an interval."""

    incremental_conversions: Number | None = None
    conversions_per_engagement: Number | None = None
    standard_error: Annotated[Number, Field(ge=MIN_STANDARD_ERROR)] | None = None
    ci_low: Number | None = None
    ci_high: Number | None = None
    confidence: Annotated[Number, Field(ge=0.5, lt=1)] | None = None


class Series(_Part):
    """Conversions per region and day, one list per region, from `first_day` on.

    A null is a missing number, and so are the days after the end of a short list.
    """

    first_day: Day
    regions: dict[RegionName, list[Annotated[Number, Field(ge=0)] | None]]


class _Body(_Part):
    experiment_id: ExperimentId | None = None
    name: ShortText | None = None
    channel: Slug
    type: EngagementType
    paid: StrictBool = False
    goal: Slug
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    engagements: Engagements | None = None
    effect: Effect | None = None


class HoldOut(_Body):
    """A test that withheld something from a control group: both groups, or an effect."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["treated", "control", "engagements"]},
                {"required": ["effect"]},
            ]
        }
    )

    kind: Literal["holdout"]
    treated: Group | None = None
    control: Group | None = None


class GeoTest(_Body):
    """A test in some regions and not in others: their conversions, or an effect."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["treated_regions", "series"]},
                {"required": ["treated_regions", "csv"]},
                {"required": ["effect"]},
            ]
        }
    )

    kind: Literal["geo"]
    treated_regions: Annotated[list[RegionName], Field(min_length=1)] | None = None
    series: Series | None = None
    csv: StrictStr | None = None
    spend: Money | None = None


Body = HoldOut | GeoTest
_ADAPTER: TypeAdapter[Body] = TypeAdapter(Annotated[Body, Field(discriminator="kind")])

_CODES = {
    "extra_forbidden": "unknown_field",
    "missing": "missing_field",
    "union_tag_not_found": "missing_field",
    "union_tag_invalid": "unknown_value",
    "literal_error": "unknown_value",
    "string_pattern_mismatch": "invalid_format",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
    "invalid_amount": "invalid_amount",
    "invalid_currency": "invalid_currency",
    "invalid_format": "invalid_format",
    "out_of_range": "out_of_range",
}


def parse_experiment(raw: Any, *, today: dt.date) -> Body:
    """Parse one experiment from decoded JSON.

    Raises
    ------
    InvalidFields
        With every error, 20 at most.
    """
    if not isinstance(raw, dict):
        raise InvalidFields(
            "an experiment must be a JSON object", (FieldError("", "wrong_type", "not an object"),)
        )
    try:
        body = _ADAPTER.validate_python(raw)
    except ValidationError as error:
        raise invalid_experiment(_field_errors(error)) from None
    if wrong := list(_cross_field_errors(body, today)):
        raise invalid_experiment(wrong)
    return body


def invalid_experiment(errors: list[FieldError]) -> InvalidFields:
    """The error for an experiment with invalid fields."""
    shown = errors[:MAX_FIELD_ERRORS]
    text = "; ".join(f"{one.pointer or 'the body'}: {one.message}" for one in shown)
    return InvalidFields(f"the experiment is invalid: {text}", tuple(shown))


def _field_errors(error: ValidationError) -> list[FieldError]:
    found = []
    for item in error.errors(include_url=False, include_input=False):
        where = [str(part) for part in item["loc"]]
        if where and where[0] in ("holdout", "geo"):
            where = where[1:]
        if item["type"].startswith("union_tag"):
            where = ["kind"]
        pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in where)
        code = _CODES.get(item["type"], "wrong_type")
        found.append(FieldError(pointer, code, item["msg"]))
    return found


def _cross_field_errors(body: Body, today: dt.date) -> list[FieldError]:
    """Errors that depend on several fields, or on the current day."""
    wrong = []
    if body.experiment_id in RESERVED_IDS:
        wrong.append(FieldError("/experiment_id", "invalid_format", "is the name of a route"))
    if body.end < body.start:
        wrong.append(FieldError("/to", "out_of_range", "the last day is before the first"))
    elif body.end > today:
        wrong.append(FieldError("/to", "in_the_future", "the experiment has not ended yet"))
    if body.engagements == 0:
        wrong.append(
            FieldError(
                "/engagements",
                "out_of_range",
                "must not be zero; negative if the test reduced engagements",
            )
        )
    if body.effect is not None:
        wrong += _effect_errors(body, body.effect)
    elif isinstance(body, HoldOut):
        wrong += [
            _missing(name, "both groups, or an effect")
            for name in ("treated", "control")
            if getattr(body, name) is None
        ]
        if body.engagements is None:
            wrong.append(_missing("engagements", "how many more engagements the treated group had"))
        wrong += _group_errors(body.treated, body.control)
    else:
        if not body.treated_regions:
            wrong.append(_missing("treated_regions", "the names of the treated regions"))
        if (body.series is None) == (body.csv is None):
            wrong.append(_missing("series", "one of series, csv and effect"))
    return wrong


def _group_errors(treated: Group | None, control: Group | None) -> list[FieldError]:
    """Contradictions within and between the two groups of a holdout."""
    groups = {"treated": treated, "control": control}
    wrong = [
        FieldError(f"/{name}/{field}", "out_of_range", message)
        for name, group in groups.items()
        if group is not None
        for field, message in _impossible_counts(group)
    ]
    if treated is not None and control is not None:
        for field in ("converters", "sum_of_squares"):
            without = [name for name, group in groups.items() if getattr(group, field) is None]
            if len(without) == 1:
                wrong.append(_missing(f"{without[0]}/{field}", "in both groups or in neither"))
    return wrong


def _impossible_counts(group: Group) -> Iterator[tuple[str, str]]:
    conversions, converters, squares = group.conversions, group.converters, group.sum_of_squares
    if converters is not None:
        if converters > group.people:
            yield "converters", "must not exceed people"
        elif converters > conversions:
            yield "converters", "must not exceed conversions"
        elif converters == 0 and conversions > 0:
            yield "converters", "must not be zero if there are conversions"
    if squares is not None:
        least = max(conversions, conversions**2 / min(converters or math.inf, group.people))
        if squares < least * (1 - ROUNDING):
            yield (
                "sum_of_squares",
                f"must be at least {least:.12g} for these conversions and people",
            )
        elif squares > max(conversions, conversions**2) * (1 + ROUNDING):
            yield "sum_of_squares", "must not exceed the square of conversions"


def _effect_errors(body: Body, effect: Effect) -> list[FieldError]:
    wrong = []
    raw = ("treated", "control") if isinstance(body, HoldOut) else ("series", "csv")
    wrong += [
        FieldError(f"/{name}", "unknown_field", "send either an effect or its raw numbers")
        for name in raw
        if getattr(body, name) is not None
    ]
    direct = effect.conversions_per_engagement is not None
    if direct == (effect.incremental_conversions is not None):
        wrong.append(
            _missing("effect/incremental_conversions", "either this or conversions_per_engagement")
        )
    elif not direct and body.engagements is None:
        wrong.append(_missing("engagements", "how many more engagements the treated had"))
    ends = (effect.ci_low, effect.ci_high)
    if effect.standard_error is not None:
        if ends != (None, None) or effect.confidence is not None:
            wrong.append(
                FieldError(
                    "/effect/ci_low", "unknown_field", "send either a standard error or an interval"
                )
            )
    elif effect.ci_low is None or effect.ci_high is None:
        wrong.append(_missing("effect/standard_error", "this, or ci_low and ci_high"))
    elif effect.ci_high - effect.ci_low < MIN_STANDARD_ERROR:
        wrong.append(FieldError("/effect/ci_high", "out_of_range", "must be above ci_low"))
    return wrong


def _missing(name: str, what: str) -> FieldError:
    return FieldError(f"/{name}", "missing_field", f"required: {what}")
