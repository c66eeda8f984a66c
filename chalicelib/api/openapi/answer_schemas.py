"""What the questions are answered with: ROI, engagement types, equivalence, series, codes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.model.events import EngagementType

Method = Literal["experiment", "within_user", "time_series"]
Reasons = Annotated[
    list[str], Field(description="Codes: why a number or a verdict is missing (GET /v1/codes).")
]
Warnings = Annotated[list[str], Field(description="Codes: what to keep in mind (GET /v1/codes).")]
Unseen = Annotated[
    float | None,
    Field(description="Share of the effect that comes after the last day of the data."),
]
Coverage = Annotated[
    dict[str, Any] | list[Any] | None,
    Field(description="Which days each source covers; absent in older fits."),
]
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


class WithDescendants(Told):
    """What one engagement is worth with all that it brings; in no sum of a channel."""

    conversions_per_engagement: Estimate
    value_per_engagement: Estimate
    reasons: Reasons
    warnings: Warnings


class EngagementReturn(Told):
    """What engagements of one kind brought."""

    type: EngagementType
    paid: bool
    count: Count
    conversions_per_engagement: Estimate
    value_per_engagement: Estimate
    with_descendants: WithDescendants | None
    smallest_detectable_effect: DetectablePerEngagement | None
    sensitivity: HiddenCause | None
    unseen_share: Unseen
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class Needed(Told):
    """How much more data would settle the question."""

    days: Count
    engagements: Count


class ChannelReturn(Told):
    """The return on one channel."""

    channel: Channel
    cost: float | None
    cost_outside_window: float | None
    incremental_conversions: Estimate
    incremental_revenue: Estimate
    roi: Estimate
    incremental_roas: Estimate
    cost_per_incremental_conversion: Estimate
    unseen_share: Unseen
    smallest_detectable_effect: DetectableOfChannel | None
    verdict: Literal[
        "profitable",
        "unprofitable",
        "effective",
        "no_effect_seen",
        "too_early",
        "inconclusive",
        "not_estimable",
    ]
    needed: Needed | None
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
    warnings: Warnings
    channels: list[ChannelReturn]
    diagnostics: Annotated[dict[str, Any], Field(description="Of the fit; for experts.")]
    coverage: Coverage = None


class EngagementTypeReturn(Told):
    """What engagements of one type brought."""

    channel: Channel
    type: EngagementType
    paid: bool
    count: Count
    incremental_conversions: Estimate
    conversions_per_engagement: Estimate
    value_per_engagement: Estimate
    with_descendants: WithDescendants | None
    unseen_share: Unseen
    verdict: Literal["effective", "no_effect_seen", "too_early", "inconclusive", "not_estimable"]
    method: Method | None
    reasons: Reasons
    warnings: Warnings


class Engagements(Told):
    """What each engagement type brought, one row per type."""

    fit: FitReference
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    goal: str
    currency: str
    confidence: float
    warnings: Warnings
    engagements: list[EngagementTypeReturn]
    coverage: Coverage = None


class Side(Told):
    """One of two kinds that are compared."""

    channel: Channel
    type: EngagementType
    paid: bool
    value: Estimate
    unseen_share: Unseen
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
    verdict: Literal[
        "worth_more", "worth_less", "equivalent", "too_early", "inconclusive", "not_estimable"
    ]
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
    as_of: Instant | None
    changes_awaited: bool
    series: list[GroupSeries]


class CodeEntry(Told):
    """One reason, warning or verdict."""

    code: Annotated[str, Field(description="The stem, of a code with a subject.")]
    used_as: list[Literal["reason", "warning", "verdict"]]
    subject: Annotated[str | None, Field(description="What stands behind the colon, if anything.")]
    title: str
    meaning: str
    severity: Literal["note", "caution", "do_not_act"]
    may_be: Annotated[
        Literal["too_high", "too_low", "either"] | None,
        Field(description="In which direction the estimate may be wrong."),
    ]
    help: Annotated[str, Field(description="What would settle it.")]


class RejectionEntry(Told):
    """Why a file, a row of a file or an event is rejected, or why an import did not end."""

    code: str
    used_as: list[Literal["file", "row", "event", "run"]]
    title: str
    meaning: str
    help: Annotated[str, Field(description="What to do about it.")]


class Codes(Told):
    """Every reason, warning and verdict that an answer can carry, and every rejection."""

    codes: list[CodeEntry]
    rejections: list[RejectionEntry]


class SourceCoverage(Told):
    """The days for which a goal or an engagement type has data."""

    source: str
    goal: str | None
    channel: str | None
    type: EngagementType | None
    paid: bool | None
    start: Day | None = Field(alias="from")
    end: Day | None = Field(alias="to")
    gaps: list[Annotated[list[Day], Field(min_length=2, max_length=2)]]
    days: int
    known: Literal["declared", "inferred"]
    last_event: Day | None


class SourceCoverages(Told):
    """For which days each source has data."""

    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    as_of: Instant | None
    changes_awaited: bool
    sources: list[SourceCoverage]
