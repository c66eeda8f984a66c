"""The analysis of an experiment from its body: incremental conversions with intervals."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from chalicelib.attribution.experiments.holdouts import ASSUMED_DISPERSION, Arm, analyse_holdout
from chalicelib.attribution.experiments.measured_lift import (
    LEVEL,
    MIN_CONTROLS,
    MIN_DAYS_BEFORE,
    from_standard_error,
    standard_error_of,
)
from chalicelib.model.days import stamp
from chalicelib.model.errors import FieldError
from chalicelib.services.experiments.experiment_bodies import (
    Body,
    Effect,
    Group,
    HoldOut,
    invalid_experiment,
)
from chalicelib.services.experiments.geo_analysis import GeoAnalysis, analyse_regions, question_of
from chalicelib.services.experiments.regions import RegionDays, read_regions
from chalicelib.services.experiments.shown import (
    Analysis,
    Findings,
    VarianceFrom,
    findings,
    per_engagement,
)
from chalicelib.storage.experiment_items import Experiment

ONCE_ONLY_GOALS = frozenset({"application", "lead", "signup"})
"""Goals that a person reaches once: without data on repeat buyers, conversions are people."""

_RAW = {"experiment_id", "series", "csv"}


@dataclass(frozen=True, slots=True)
class Analysed:
    """An experiment with its analysis, and the counts behind it."""

    experiment: Experiment
    counts: dict[str, Any] | None
    """The daily counts of a geo test, JSON-able."""


def digest_of(body: Body) -> str:
    """A digest of the content of a body, without its id; 64 hexadecimal digits."""
    content = body.model_dump(mode="json", by_alias=True, exclude={"experiment_id"})
    for name in ("treated", "control"):  # new fields of groups must not change old digests
        if content.get(name) is not None:
            content[name] = {
                field: value for field, value in content[name].items() if value is not None
            }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def id_of(body: Body) -> str:
    """The experiment's id: as given, else derived from its content."""
    return body.experiment_id or f"{body.kind}-{body.start:%Y%m%d}-{digest_of(body)[:12]}"


def analyse(body: Body, *, now: dt.datetime, regions_by: GeoAnalysis = analyse_regions) -> Analysed:
    """Analyse an experiment.

    `regions_by`: analyses the raw counts of a geo test. The default loads numpy and scipy;
    processes without them pass another function.

    Raises
    ------
    InvalidFields
        If the counts of a geo test are incomplete or not enough.
    """
    counts = None
    found: Findings
    if body.effect is not None:
        found = _as_given(body.effect, body.engagements)
    elif isinstance(body, HoldOut):
        found = _holdout(body)
    else:
        regions = read_regions(body)
        _check_design(regions)
        found = regions_by(question_of(body, regions))
        counts = {"first_day": regions.first_day.isoformat(), "regions": regions.counts}
    analysis: Analysis = {"confidence": LEVEL, **found}
    what = body.model_dump(mode="json", by_alias=True, exclude=_RAW, exclude_none=True)
    return Analysed(
        Experiment(id_of(body), digest_of(body), stamp(now), None, what, analysis),
        counts,
    )


def _as_given(effect: Effect, engagements: int | None) -> Findings:
    if effect.standard_error is not None:
        error = effect.standard_error
    else:
        assert effect.ci_low is not None
        assert effect.ci_high is not None
        error = standard_error_of(effect.ci_low, effect.ci_high, effect.confidence or LEVEL)
    if effect.conversions_per_engagement is not None:
        per = from_standard_error(effect.conversions_per_engagement, error)
        return findings("as_given", None, per, per.p_value)
    assert effect.incremental_conversions is not None
    total = from_standard_error(effect.incremental_conversions, error)
    return findings("as_given", total, per_engagement(total, engagements), total.p_value)


def _holdout(body: HoldOut) -> Findings:
    groups = [group for group in (body.treated, body.control) if group is not None]
    treated, control = (
        Arm(float(group.people), group.conversions, group.converters, group.sum_of_squares)
        for group in groups
    )
    exceeding = any(arm.conversions > arm.size for arm in (treated, control))
    known_from = _variance_from(groups, once=body.goal in ONCE_ONLY_GOALS and not exceeding)
    assumed = known_from == "assumed"
    total = analyse_holdout(treated, control, dispersion=ASSUMED_DISPERSION if assumed else None)
    per = per_engagement(total, body.engagements)
    found = findings("score_interval", total, per, total.p_value)
    found["variance_from"] = known_from
    if assumed:
        found["warnings"] += ["conversions_exceed_people"] if exceeding else []
        found["warnings"].append("repeat_buyers_unknown")
    return found


def _variance_from(groups: list[Group], *, once: bool) -> VarianceFrom:
    """The fields that show how often one person converts."""
    if all(group.sum_of_squares is not None for group in groups):
        return "sum_of_squares"
    if all(group.converters is not None for group in groups):
        repeats = any(group.converters != group.conversions for group in groups)
        return "converters" if repeats else "single_conversions"
    return "single_conversions" if once else "assumed"


def _check_design(regions: RegionDays) -> None:
    """Raise field errors if the data do not meet the requirements of the analysis."""
    before = {name: sum(days[: regions.test_from]) for name, days in regions.counts.items()}
    controls = [name for name, n in before.items() if n > 0 and name not in regions.treated]
    wrong = []
    if len(controls) < MIN_CONTROLS:
        message = (
            f"at least {MIN_CONTROLS} untreated regions with conversions before the test are "
            f"needed; there are {len(controls)}"
        )
        wrong.append(FieldError("/treated_regions", "too_few_regions", message))
    if regions.test_from < MIN_DAYS_BEFORE:
        message = (
            f"at least {MIN_DAYS_BEFORE} days before the test are needed; there are "
            f"{regions.test_from}"
        )
        wrong.append(FieldError("/from", "too_few_days", message))
    if sum(before[name] for name in regions.treated) <= 0:
        message = "the treated regions had no conversions before the test"
        wrong.append(FieldError("/treated_regions", "too_few_conversions", message))
    if wrong:
        raise invalid_experiment(wrong)
