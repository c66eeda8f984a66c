"""What the questions are answered with: ROI, equivalence, credit, series."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.events import EngagementType

Method = Literal["experiment", "within_user", "time_series"]
Reasons = Annotated[list[str], Field(description="Codes of why a number is null; see methods.")]
Warnings = Annotated[list[str], Field(description="Codes of what to be careful of; see methods.")]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Count = Annotated[int, Field(ge=0)]
Channel = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class Told(BaseModel):
    """What all answers have in common: they say no more than is described."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Estimate(Told):
    """An estimate with its interval; null is what the data cannot tell, or has no bound."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None


class Window(Told):
    """The days that a fit is about, both inclusive."""

    start: Day = Field(alias="from")
    end: Day = Field(alias="to")


class FitReference(Told):
    """The fit that answers."""

    id: str
    as_of: Instant
    window: Window


class DetectablePerEngagement(Told):
    """The smallest effect of one engagement that the data could have shown."""

    conversions_per_engagement: float | None
    value_per_engagement: float | None


class DetectableOfChannel(Told):
    """The smallest effect of a channel that the data could have shown."""

    incremental_conversions: float | None
    incremental_revenue: float | None
    roi: float | None


class HiddenCause(Told):
    """How strong a hidden cause would have to be to explain an estimate away."""

    measure: Literal["e_value", "robustness_value"]
    value: float | None
    value_ci: float | None
    sentence: str


class EngagementReturn(Told):
    """What engagements of one kind brought."""

    type: EngagementType
    paid: bool
    count: Count
    conversions_per_engagement: Estimate
    value_per_engagement: Estimate
    smallest_detectable_effect: DetectablePerEngagement | None
    sensitivity: HiddenCause | None
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class ChannelReturn(Told):
    """The return on one channel."""

    channel: Channel
    cost: float | None
    cost_outside_window: float | None
    incremental_conversions: Estimate
    incremental_revenue: Estimate
    roi: Estimate
    smallest_detectable_effect: DetectableOfChannel | None
    verdict: Literal["profitable", "unprofitable", "inconclusive", "not_estimable"]
    method: Method | None
    reasons: Reasons
    warnings: Warnings
    engagements: list[EngagementReturn]


class Roi(Told):
    """The return on each channel."""

    fit: FitReference
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    goal: str
    currency: str
    confidence: float
    channels: list[ChannelReturn]
    diagnostics: Annotated[dict[str, Any], Field(description="Of the fit; for experts.")]


class Side(Told):
    """One of two kinds that are compared."""

    channel: Channel
    type: EngagementType
    paid: bool
    value: Estimate
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class Baseline(Side):
    """The kind that is compared with."""

    cost_per_engagement: float | None


class Excluded(Told):
    """Between these two the ratio is not."""

    low: float | None = Field(alias="from")
    high: float | None = Field(alias="to")


class Needed(Told):
    """How much more data would settle the question."""

    days: Count
    engagements: Count


class DetectableRatio(Told):
    """How far from 1 the ratio would have to be to be told from it."""

    ratio: float | None


class Equivalence(Told):
    """What one engagement is worth in engagements of a baseline."""

    engagement: Side
    baseline: Baseline
    ratio: Estimate
    ratio_excluded: Excluded | None
    equivalent_media_cost: Estimate
    verdict: Literal["worth_more", "worth_less", "equivalent", "inconclusive", "not_estimable"]
    equivalence_margin: float
    p_equivalence: float | None
    needed: Needed | None
    smallest_detectable_effect: DetectableRatio | None
    method: Method | None
    reasons: Reasons
    warnings: Warnings
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    goal: str
    confidence: float
    fit: FitReference


class Credit(Told):
    """What a classical model credits to a kind."""

    conversions: float | None
    value: float | None
    share: float | None
    reasons: Reasons
    sampling_error: float | None = Field(default=None, description="Of `shapley` only.")


class CreditInAll(Told):
    """What a classical model credits in all."""

    conversions: float | None
    value: float | None
    reasons: Reasons


class Ours(Told):
    """What engagements caused."""

    incremental_conversions: Estimate
    incremental_revenue: Estimate
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class EngagementCredit(Told):
    """One kind under each model."""

    channel: Channel
    type: EngagementType
    paid: bool
    count: Count
    anonymous: Count | None
    credits: dict[str, Credit]
    ours: Ours


class CreditTotals(Told):
    """All kinds together."""

    conversions: int
    credits: dict[str, CreditInAll]
    ours: Ours


class LeftOut(Told):
    """What is on no path."""

    anonymous_engagements: Count | None
    anonymous_conversions: int | None
    untouched_conversions: int | None
    reasons: Reasons


class Attribution(Told):
    """The classical models side by side with what engagements caused."""

    fit: FitReference
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    goal: str
    currency: str
    confidence: float
    lookback_days: int | None
    models: list[str]
    statement: str
    engagements: list[EngagementCredit]
    totals: CreditTotals
    left_out: LeftOut


class Point(Told):
    """One interval of a series."""

    start: Day
    value: float | None


class GroupSeries(Told):
    """The points of one group."""

    group: str
    points: list[Point]


class Timeseries(Told):
    """A metric per interval and group."""

    metric: str
    group_by: str
    interval: Literal["day", "week", "month"]
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    currency: str | None
    series: list[GroupSeries]


class SourceCoverage(Told):
    """The days for which a goal or an engagement type has data."""

    source: str
    goal: str | None
    channel: str | None
    type: EngagementType | None
    paid: bool | None
    start: Day | None = Field(alias="from")
    end: Day | None = Field(alias="to")
    gaps: list[tuple[Day, Day]]
    days: int
    known: Literal["declared", "inferred"]
    last_event: Day | None


class SourceCoverages(Told):
    """For which days each source has data."""

    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    sources: list[SourceCoverage]
