"""The shape of GET /v1/virality, and its table."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.attribution.virality.estimated import Estimated, SpreadVerdict
from chalicelib.services.answer_fields import (
    Channel,
    Count,
    Day,
    Estimate,
    Instant,
    Period,
    Reasons,
    Warnings,
)
from chalicelib.services.answer_tables import Column, Table
from chalicelib.services.answers.intervals import NO_ESTIMATE, rounded
from chalicelib.services.answers.ranges import OfFit
from chalicelib.services.fitting.spread_documents import Bounds

SpreadMethod = Literal["edges"]


class WeekOfShares(TypedDict):
    """R of the shares of a week of the fit's window."""

    week: Day
    reproduction: Estimate


class ShareNumbers(TypedDict):
    """Numbers of shares in the range."""

    total: float
    from_outside: Count
    with_parent: Count
    offspring_seen: float | None


class SpreadOfShares(TypedDict):
    """How shares spread."""

    verdict: SpreadVerdict
    summary: str
    reproduction: Estimate
    at_most: Annotated[
        float | None,
        Field(description="Upper limit of R if parents may be missing; null without a limit."),
    ]
    probability_above: Annotated[
        float | None, Field(description="Probability that R is above 1; null if unknown.")
    ]
    needed_factor: Annotated[
        Estimate,
        Field(
            description="How many times as many shares each share would have to bring for R = 1."
        ),
    ]
    reproduction_of_brought: Estimate
    amplification: Annotated[
        Estimate, Field(description="Shares in the end per share from outside.")
    ]
    by_week: list[WeekOfShares]
    shares: ShareNumbers
    growth_per_day: Annotated[
        Estimate, Field(description="Relative growth of the number of shares per day.")
    ]
    ceiling: Annotated[
        float | None,
        Field(description="R of finished cascades is at most this, whatever the parents are."),
    ]
    reproduction_without_followers: Estimate
    reasons: Reasons
    warnings: Warnings


class ChannelSpread(SpreadOfShares):
    """How the shares of one channel spread."""

    channel: Channel


class ShareValue(TypedDict):
    """What one share of a channel is worth: itself, and with all that it brings."""

    channel: Channel
    own_conversions: Estimate
    conversions_with_all_it_brings: Estimate
    own: Estimate
    with_all_it_brings: Estimate
    reasons: Reasons
    warnings: Warnings


class ContentOfShares(TypedDict):
    """The shares of one content."""

    content_id: str | None
    shares: Count
    reproduction: Estimate
    probability_above: float | None
    final_size: Annotated[
        Estimate,
        Field(description="Shares in the end, if the content still spreads; ci_low: at least."),
    ]


class ContentsOfShares(TypedDict):
    """Contents; `told_apart` is false if luck explains their differences."""

    told_apart: bool
    items: list[ContentOfShares]


class Multiplier(TypedDict):
    """A person whose shares bring more than the average share; `person` is a keyed hash."""

    person: str
    shares: Count
    brought: Count
    factor: Estimate


class Multipliers(TypedDict):
    """People; `told_apart` is false if luck explains their differences: then no one is named."""

    told_apart: bool
    brought_by_top_percent: float | None
    people: list[Multiplier]


class SpreadQuestion(TypedDict):
    """The goal of the values, and when the data end."""

    goal: str | None
    currency: str
    confidence: float
    as_of: Instant | None
    method: SpreadMethod | None


class Virality(SpreadOfShares, SpreadQuestion, Period, OfFit):
    """Whether content spreads by itself, and what a share is worth with all that it brings."""

    channels: list[ChannelSpread]
    share_value: list[ShareValue]
    contents: ContentsOfShares
    multipliers: Multipliers


VIRALITY_TABLE = Table(
    ChannelSpread,
    *("channel", "verdict", "reproduction", "at_most", "probability_above", "needed_factor"),
    *("reproduction_of_brought", "amplification", "growth_per_day", "ceiling"),
    *(Column(f"shares.{name}", f"shares_{name}") for name in ShareNumbers.__annotations__),
    *("reasons", "warnings", "summary"),
)


def shown_bounds(bounds: Bounds | None) -> Estimate:
    """Show stored bounds as an estimate with its interval."""
    return NO_ESTIMATE if bounds is None else shown_estimate(Estimated(*bounds))


def shown_estimate(found: Estimated) -> Estimate:
    """Show an estimate of the virality estimator, rounded."""
    return {
        "estimate": rounded(found.estimate),
        "ci_low": rounded(found.ci_low),
        "ci_high": rounded(found.ci_high),
    }
