"""GET /v1/attribution: classical models next to incremental effects, from a fit document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.model.events import EngagementType
from chalicelib.services.answer_fields import (
    Channel,
    Count,
    Estimate,
    Method,
    Period,
    Reasons,
    Warnings,
)
from chalicelib.services.answer_tables import Column, Row, Table
from chalicelib.services.answers.effects import (
    Effect,
    add_up,
    distinct,
    not_counted,
    read_effects,
)
from chalicelib.services.answers.intervals import NO_ESTIMATE, interval_of, rounded
from chalicelib.services.answers.ranges import OfFit, Range, read_goal, read_range, refer_to
from chalicelib.services.fitting.credits import MODELS, RULES
from chalicelib.services.fitting.fit_documents import (
    ClassicalDocument,
    FitDocument,
    GoalDocument,
)

OURS = "ours"
STATEMENT = (
    "Classical models divide the conversions among the engagements before them, whether or not "
    "those engagements caused them. Credit is neither an effect nor a return. "
    "Incremental conversions are under ours."
)


class Credit(TypedDict):
    """The credit of a classical model for an engagement type."""

    conversions: float | None
    value: float | None
    share: float | None
    reasons: Reasons
    sampling_error: NotRequired[Annotated[float | None, Field(description="Only for `shapley`.")]]


class CreditInAll(TypedDict):
    """The total credit of a classical model."""

    conversions: float | None
    value: float | None
    reasons: Reasons


class Ours(TypedDict):
    """The incremental conversions and revenue."""

    incremental_conversions: Estimate
    incremental_revenue: Estimate
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class EngagementCredit(TypedDict):
    """One engagement type under each model."""

    channel: Channel
    type: EngagementType
    paid: bool
    count: Count
    anonymous: Count
    credits: dict[str, Credit]
    ours: Ours


class CreditTotals(TypedDict):
    """Totals over all engagement types."""

    conversions: int
    credits: dict[str, CreditInAll]
    ours: Ours


class LeftOut(TypedDict):
    """Engagements and conversions that are not on any path."""

    anonymous_engagements: Count
    anonymous_conversions: int
    untouched_conversions: int
    reasons: Reasons


class Attribution(OfFit, Period):
    """The credit of classical models next to the incremental conversions."""

    goal: str
    currency: str
    confidence: float
    lookback_days: int
    warnings: Warnings
    models: list[str]
    statement: str
    engagements: list[EngagementCredit]
    totals: CreditTotals
    left_out: LeftOut


class CreditRow(EngagementCredit):
    """An engagement type as a row of the table."""

    credit_reasons: list[str]
    currency: str


@dataclass(frozen=True, slots=True)
class Division:
    """A model's division of the conversions of a range: credit per type, None if unknown."""

    model: str
    credits: list[float | None]
    errors: list[float] | None
    reasons: list[str]

    @property
    def total(self) -> float | None:
        """Conversions credited in all; None if the model has no answer."""
        return None if self.reasons else sum(c for c in self.credits if c is not None)


def attribution(
    document: FitDocument,
    *,
    model: str | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    goal: str | None = None,
) -> Attribution:
    """Return credit per type under each model and under ours, as in ``GET /v1/attribution``.

    Credit refers to conversions on the days of the range. Ours refers to the effects of engagements
    on those days. Over the whole window of the fit, both refer to the same conversions.

    `model`: models to show, separated by commas: names of `credits.MODELS`, or ``ours``, which is
    always included. None: all of them.

    Raises
    ------
    InvalidFields
        If a model or the goal is unknown, or the range has no day of the window.
    """
    models = _read_models(model)
    days = read_range(document, start, end)
    goal = read_goal(document, goal)
    fitted = document["goals"][goal]
    kept = fitted["classical"]
    divisions = [_divide(name, document, kept, days) for name in models]
    effects = {effect.index: effect for effect in read_effects(document, goal, days)}
    shown = [
        index
        for index in range(len(document["kinds"]))
        if index in effects or days.total(kept["daily"]["linear"][index]) > 0
    ]
    shown.sort(key=lambda index: itemgetter("channel", "type", "paid")(document["kinds"][index]))
    mean = fitted["value_mean"]
    return {
        "fit": refer_to(document),
        "from": days.start.isoformat(),
        "to": days.end.isoformat(),
        "goal": goal,
        "currency": document["currency"],
        "confidence": document["confidence"],
        "lookback_days": kept["lookback_days"],
        "warnings": days.warnings,
        "models": models,
        "statement": STATEMENT,
        "engagements": [
            {
                "channel": document["kinds"][index]["channel"],
                "type": document["kinds"][index]["type"],
                "paid": document["kinds"][index]["paid"],
                "count": effects[index].count if index in effects else 0,
                "anonymous": int(days.total(document["kinds"][index]["anonymous"])),
                "credits": {d.model: _credit(d, index, mean) for d in divisions},
                "ours": _ours([effects[index]] if index in effects else [], fitted),
            }
            for index in shown
        ],
        "totals": {
            "conversions": int(days.total(fitted["conversions"])),
            "credits": {
                d.model: {
                    "conversions": rounded(d.total),
                    "value": None if d.total is None else rounded(d.total * mean),
                    "reasons": d.reasons,
                }
                for d in divisions
            },
            "ours": _ours(list(effects.values()), fitted),
        },
        "left_out": {
            "anonymous_engagements": sum(
                int(days.total(kind["anonymous"])) for kind in document["kinds"]
            ),
            "anonymous_conversions": int(days.total(kept["anonymous"])),
            "untouched_conversions": int(days.total(kept["untouched"])),
            "reasons": [],
        },
    }


def attribution_table(answer: Attribution) -> Table:
    """Return the table of the types, with columns for each model of the answer."""
    return Table(
        CreditRow,
        *("channel", "type", "paid", "count", "anonymous"),
        *(column for model in answer["models"] for column in _columns_of(model)),
        *(Column(f"ours.{name}", name) for name in Ours.__annotations__),
        *("credit_reasons", "currency"),
    )


def attribution_rows(answer: Attribution) -> Iterator[Row]:
    """Return the types of an attribution answer as flat rows, for CSV."""
    return attribution_table(answer).rows(
        {
            **kind,
            "ours": {
                **kind["ours"],
                "warnings": [*kind["ours"]["warnings"], *answer["warnings"]],
            },
            "credit_reasons": [
                f"{model}:{reason}"
                for model, credit in kind["credits"].items()
                for reason in credit["reasons"]
            ],
            "currency": answer["currency"],
        }
        for kind in answer["engagements"]
    )


def _columns_of(model: str) -> list[Column]:
    """Return the columns of a model; the column with its conversions has the model's name."""
    fields = ["value", "share", *(["sampling_error"] if model == "shapley" else [])]
    return [
        Column(f"credits.{model}.conversions", model),
        *(Column(f"credits.{model}.{field}", f"{model}_{field}") for field in fields),
    ]


def _read_models(model: str | None) -> list[str]:
    if model is None:
        return list(MODELS)
    requested = distinct(name.strip() for name in model.split(","))
    unknown = [name for name in requested if name not in (*MODELS, OURS)]
    if unknown:
        message = f"{unknown[0]!r} is not one of {', '.join((*MODELS, OURS))}"
        raise InvalidFields(
            f"unknown model: {message}", (FieldError("/model", "unknown_value", message),)
        )
    return [name for name in requested if name != OURS]


def _divide(model: str, document: FitDocument, kept: ClassicalDocument, days: Range) -> Division:
    """Return a model's credit in the range, from the fit's stored credit."""
    nothing: list[float | None] = [None] * len(document["kinds"])
    identified = [kind["identified"] > 0 for kind in document["kinds"]]
    if not any(identified):
        return Division(model, nothing, None, ["anonymous_only"])
    found: list[float]
    errors = None
    if model in RULES:
        found = [days.total(daily) for daily in kept["daily"][model]]
    elif days.last - days.first + 1 != len(kept["anonymous"]):
        return Division(model, nothing, None, ["whole_window_only"])
    else:
        whole = kept["whole"][model]
        if whole is None:
            return Division(model, nothing, None, ["too_many_kinds"])
        found = whole["conversions"]
        errors = whole.get("sampling_error")
    credits = [credit if known else None for credit, known in zip(found, identified, strict=True)]
    return Division(model, credits, errors, [])


def _credit(division: Division, index: int, mean_value: float) -> Credit:
    conversions, total = division.credits[index], division.total
    reasons = list(division.reasons)
    if conversions is None and not reasons:
        reasons = ["anonymous_only"]
    share = None
    if conversions is not None and total is not None:
        if total > 0:
            share = conversions / total
        else:
            reasons = ["nothing_to_credit"]
    answer: Credit = {
        "conversions": rounded(conversions),
        "value": None if conversions is None else rounded(conversions * mean_value),
        "share": rounded(share),
        "reasons": reasons,
    }
    if division.model == "shapley":
        known = conversions is not None
        drawn = 0.0 if division.errors is None else division.errors[index]
        answer["sampling_error"] = rounded(drawn) if known else None
    return answer


def _ours(effects: list[Effect], fitted: GoalDocument) -> Ours:
    """Return incremental conversions and revenue of some types, with intervals."""
    answer: Ours = {
        "incremental_conversions": NO_ESTIMATE,
        "incremental_revenue": NO_ESTIMATE,
        "method": None,
        "reasons": distinct(r for e in effects for r in e.reasons) or ["none_in_range"],
        "warnings": distinct(w for e in effects for w in e.warnings),
    }
    caused = add_up(effects, fitted)
    if caused is None:
        return answer
    known = [effect for effect in effects if effect.delta is not None]
    answer["incremental_conversions"] = interval_of(
        caused.conversions, caused.conversions_error, caused.critical
    )
    if fitted["value_mean"] != 0:
        answer["incremental_revenue"] = interval_of(
            caused.revenue, caused.revenue_error, caused.critical
        )
    return answer | {
        "method": max(known, key=lambda effect: effect.count).method,
        "reasons": distinct(reason for effect in known for reason in effect.reasons),
        "warnings": answer["warnings"] + not_counted(effects),
    }
