"""R, the distance to the tipping point, amplification, multipliers and contents of share events."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats
from chalicelib.attribution.virality import share_doubts as doubts
from chalicelib.attribution.virality.amplification import ByContent, amplify_contents
from chalicelib.attribution.virality.content_sizes import (
    ContentFactors,
    Contents,
    compare_contents,
    describe_contents,
)
from chalicelib.attribution.virality.estimated import (
    Estimated,
    Reproduction,
    SpreadVerdict,
    judge_spread,
    needed_factor,
)
from chalicelib.attribution.virality.missing_parents import absent_limit, missing_limit
from chalicelib.attribution.virality.person_factors import (
    NO_MULTIPLIERS,
    Multipliers,
    find_multipliers,
)
from chalicelib.attribution.virality.reproduction import (
    Cohort,
    delays_of,
    estimate_reproduction,
    gather,
    seen_share,
)
from chalicelib.attribution.virality.share_edges import Edges, is_total, use_edges
from chalicelib.attribution.virality.share_growth import (
    Growth,
    arithmetic_ceiling,
    growth_per_day,
)
from chalicelib.attribution.virality.shares import Shares
from chalicelib.attribution.virality.sharing_delays import Delays

FEWEST_SHARES = 30
LEAST_SEEN = 0.5
ALL_SEEN = 0.97
SHORT_HISTORY = 7.0
"""Days. If no share is older, slow children cannot be seen at all."""
FEW_DEGREES = 10.0
OWN_DELAYS = 100
"""From this number of children on, a channel has delays of its own."""
UNLINKED = 0.01
"""Up to this part of the shares may lie in channels or totals without parents."""
FOLLOWERS_MATTER = 0.2
SILENT_MATTER = 0.05
WEEK = 7.0
CERTAIN = 0.975


@dataclass(frozen=True, slots=True)
class ShareCounts:
    """Shares in the range."""

    total: float
    """With daily totals."""
    from_outside: int
    """Single shares that name no parent."""
    with_parent: int
    """Single shares whose parent is in the data."""
    offspring_seen: float | None
    """Part of all children, ever, that the ages of the shares can show."""


@dataclass(frozen=True, slots=True)
class WeekOfShares:
    """R of the shares of up to seven days."""

    start: float
    """Days since the origin of the times."""
    reproduction: Reproduction | None
    """None with fewer than 30 shares, or if less than half of the children can be seen."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How shares spread; of all channels, or of one."""

    verdict: SpreadVerdict
    """``below_tipping_point``, ``above_tipping_point``, ``below_as_recorded`` (parents may be
    missing), ``not_settled`` or ``not_estimable``.
    """
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    reproduction: Reproduction | None
    """R as recorded. None if not estimable."""
    at_most: float | None
    """Upper 97.5 % limit of R if parents may be missing; equal to `ci_high` if none are; None if
    there is no limit.
    """
    probability_above: float | None
    """Probability that R is above 1. None if missing parents leave it open."""
    needed_factor: Estimated | None
    """How many times as many children each share would have to bring: ``1 / R``."""
    reproduction_of_brought: Reproduction | None
    """R of the shares that were brought themselves."""
    amplification: Estimated | None
    """Shares in the end per share from outside: ``1 / (1 - R)``."""
    by_week: tuple[WeekOfShares, ...]
    shares: ShareCounts
    growth: Growth
    followed_anyway: float | None
    """Share of the children whose person followed the page at that time."""
    reproduction_without_followers: Reproduction | None
    """R without these children; None if there are none."""


@dataclass(frozen=True, slots=True)
class ChannelSpread(Spread):
    """Shares of one channel; their children may be in any channel."""

    channel: int


@dataclass(frozen=True, slots=True)
class ViralityEstimate(Spread):
    """All channels together."""

    channels: tuple[ChannelSpread, ...]
    contents: Contents
    multipliers: Multipliers


@dataclass(frozen=True, slots=True)
class _Data:
    """What is known before a set of shares is chosen."""

    shares: Shares
    edges: Edges
    start: float
    end: float
    linkable: Bools
    """Whether the channel records parents. Shape (n_channels,)."""
    child_weight: Floats
    """Most children that a recorded one stands for, by channel; inf without a limit."""
    is_total: Bools
    """Of the rows of `shares`."""


def estimate_virality(
    shares: Shares, *, start: float, end: float, as_of: float
) -> ViralityEstimate:
    """Estimate the spread of the shares of a range of time.

    Parameters
    ----------
    shares : Shares
        All known shares; also those outside the range, which may be parents or children.
    start, end : float
        Range of the shares whose children are counted, both inclusive, in days.
    as_of : float
        Last moment of the data, in days; children until then count.

    Returns
    -------
    ViralityEstimate
        With verdict ``not_estimable`` and reasons, if R cannot be known.
    """
    edges = use_edges(shares, as_of=as_of)
    in_range = (edges.time >= start) & (edges.time <= end)
    linkable, weight = _judge_channels(shares, edges, in_range)
    data = _Data(shares, edges, start, end, linkable, weight, is_total(shares))
    everywhere = np.ones(shares.n_channels, dtype=bool)
    chosen = in_range & linkable[edges.channel]
    cohort = gather(edges, chosen, linkable[edges.channel])
    delays = delays_of(cohort)
    overall, compared, multipliers = _with_groups(data, everywhere, cohort, delays)
    contents = _contents(data, cohort, delays, overall, compared)
    present = np.unique(shares.channel[(shares.time >= start) & (shares.time <= end)])
    channels = []
    for channel in present if present.size > 1 else present[:0]:
        mine = np.arange(shares.n_channels) == channel
        part = gather(edges, chosen & mine[edges.channel], linkable[edges.channel])
        own = delays_of(part) if part.children.size >= OWN_DELAYS else delays
        spread, _, _ = _with_groups(data, mine, part, own)
        channels.append(ChannelSpread(**_fields(spread), channel=int(channel)))
    return ViralityEstimate(
        **_fields(overall), channels=tuple(channels), contents=contents, multipliers=multipliers
    )


def _contents(
    data: _Data,
    cohort: Cohort,
    delays: Delays | None,
    overall: Spread,
    compared: ContentFactors | None,
) -> Contents:
    """The contents of the range, with all their shares since its start."""
    r, edges = overall.reproduction, data.edges
    if r is None:
        return Contents(False, ())
    if delays is not None and edges.time[-1] > data.end:
        until_now = (edges.time >= data.start) & data.linkable[edges.channel]
        cohort = gather(edges, until_now, data.linkable[edges.channel])
        compared = compare_contents(edges, cohort, r.estimate * delays.share_until(cohort.age))
    return describe_contents(edges, cohort, compared, r, delays, overall.at_most)


def _fields(spread: Spread) -> dict[str, Any]:
    return {field.name: getattr(spread, field.name) for field in fields(spread)}


def _judge_channels(shares: Shares, edges: Edges, in_range: Bools) -> tuple[Bools, Floats]:
    """Which channels record parents, and the most children a recorded child stands for."""
    linkable = shares.complete.copy()
    weight = np.full(shares.n_channels, np.inf)
    for channel in np.unique(edges.channel):
        mine = edges.channel == channel
        if shares.complete[channel]:
            weight[channel] = _inverse(absent_limit(edges, mine & in_range))
        elif (mine & edges.linked).any() and not doubts.names_only_roots(edges, mine):
            linkable[channel] = True
            weight[channel] = _inverse(missing_limit(edges, mine & in_range))
    return linkable, weight


def _inverse(missing: float) -> float:
    return 1.0 / (1.0 - missing) if missing < 1.0 else math.inf


def _with_groups(
    data: _Data, channels: Bools, cohort: Cohort, delays: Delays | None
) -> tuple[Spread, ContentFactors | None, Multipliers]:
    """The spread of a cohort, its contents compared, and its people."""
    r, reasons = _reproduction(data, channels, cohort, delays)
    compared, multipliers = None, NO_MULTIPLIERS
    if r is not None and delays is not None and r.estimate > 0:
        seen = delays.share_until(cohort.age)
        compared = compare_contents(data.edges, cohort, r.estimate * seen)
        factor = 1.0 if compared is None else compared.of_share
        multipliers = find_multipliers(data.edges, cohort, r.estimate * seen * factor)
    spread = _spread(data, channels, cohort, delays, r, reasons, compared, multipliers)
    return spread, compared, multipliers


def _reproduction(
    data: _Data, channels: Bools, cohort: Cohort, delays: Delays | None
) -> tuple[Reproduction | None, list[str]]:
    """R, or reasons why there is none."""
    shares = data.shares
    inside = (shares.time >= data.start) & (shares.time <= data.end) & channels[shares.channel]
    if cohort.rows.size == 0:
        if not inside.any():
            return None, ["too_few_shares"]
        only_totals = bool(data.is_total[inside].all())
        return None, ["totals_only" if only_totals else "no_edges"]
    if cohort.rows.size < FEWEST_SHARES:
        return None, ["too_few_shares"]
    seen = seen_share(cohort, delays)
    r = estimate_reproduction(cohort, delays)
    if r is None or seen is None or seen < LEAST_SEEN:
        return None, ["too_young"]
    return r, []


def _spread(
    data: _Data,
    channels: Bools,
    cohort: Cohort,
    delays: Delays | None,
    r: Reproduction | None,
    reasons: list[str],
    compared: ContentFactors | None,
    multipliers: Multipliers,
) -> Spread:
    shares, edges = data.shares, data.edges
    inside = (shares.time >= data.start) & (shares.time <= data.end) & channels[shares.channel]
    single = (edges.time >= data.start) & (edges.time <= data.end) & channels[edges.channel]
    seen = seen_share(cohort, delays)
    counts = ShareCounts(
        float(np.sum(single)) + float(shares.count[inside & data.is_total].sum()),
        int(np.sum(single & ~edges.brought)),
        int(np.sum(single & edges.linked)),
        seen if r is not None else None,
    )
    growth = _growth(data, channels, inside, counts.total)
    if r is None:
        return Spread(
            "not_estimable", tuple(reasons), (), None, None, None, None, None, None, (),
            counts, growth, None, None,
        )  # fmt: skip
    brought = _of_part(data, cohort, delays, edges.brought[cohort.rows])
    outside = _of_part(data, cohort, delays, ~edges.brought[cohort.rows])
    at_most, complete = _limit(data, cohort, delays, r, counts)
    verdict = judge_spread(r, at_most, complete, brought)
    differ = compared is not None and compared.factors.told_apart
    followed = doubts.followed_anyway(edges, cohort)
    without = _without_followers(data, cohort, delays, followed)
    warnings = _warnings(
        data, cohort, r, seen or 0.0, complete, fades=doubts.fades(brought, outside),
        differ=differ, silent=multipliers.silent_share, followed=followed,
    )  # fmt: skip
    return Spread(
        verdict,
        (),
        tuple(warnings),
        r,
        at_most,
        _probability_above(r, verdict, complete),
        needed_factor(r),
        brought,
        amplify_contents(r, at_most, _by_content(edges, cohort, compared)),
        _by_week(data, cohort, delays),
        counts,
        growth,
        followed,
        without,
    )


def _by_content(edges: Edges, cohort: Cohort, compared: ContentFactors | None) -> ByContent | None:
    if compared is None or not compared.factors.told_apart:
        return None
    known = compared.group >= 0
    n = compared.names.size
    return ByContent(
        np.bincount(compared.group[known], minlength=n).astype(np.float64),
        np.bincount(compared.group[known & ~edges.brought[cohort.rows]], minlength=n).astype(
            np.float64
        ),
        float(compared.factors.limit(CERTAIN).max()),
    )


def _of_part(
    data: _Data, cohort: Cohort, delays: Delays | None, part: Bools
) -> Reproduction | None:
    """R of some shares of a cohort; None with fewer than 30, or if they are too young."""
    if int(part.sum()) < FEWEST_SHARES:
        return None
    among = np.zeros(data.edges.time.size, dtype=bool)
    among[cohort.rows[part]] = True
    mine = gather(data.edges, among, data.linkable[data.edges.channel])
    seen = seen_share(mine, delays)
    if seen is None or seen < LEAST_SEEN:
        return None
    return estimate_reproduction(mine, delays)


def _limit(
    data: _Data, cohort: Cohort, delays: Delays | None, r: Reproduction, counts: ShareCounts
) -> tuple[float | None, bool]:
    """Upper limit of R with missing parents, and whether no parents are missing."""
    edges, shares = data.edges, data.shares
    inside = (shares.time >= data.start) & (shares.time <= data.end)
    hidden = inside & (data.is_total | ~data.linkable[shares.channel])
    unlinked = float(shares.count[hidden].sum())
    if unlinked > UNLINKED * (unlinked + cohort.rows.size):
        return None, False
    used = np.unique(edges.channel[(edges.time >= data.start) & data.linkable[edges.channel]])
    weights = data.child_weight[used]
    if (weights == 1.0).all():
        return r.ci_high, True
    if not np.isfinite(weights).all():
        return None, False
    weight = data.child_weight[edges.channel[cohort.children]]
    limit = estimate_reproduction(cohort, delays, weight)
    return (None if limit is None else max(limit.ci_high, r.ci_high)), False


def _probability_above(r: Reproduction, verdict: SpreadVerdict, complete: bool) -> float | None:
    if complete or r.ci_low > 1.0:
        return r.probability_above(1.0)
    return 1.0 - CERTAIN if verdict == "below_tipping_point" else None


def _without_followers(
    data: _Data, cohort: Cohort, delays: Delays | None, followed: float | None
) -> Reproduction | None:
    if not followed:
        return None
    return estimate_reproduction(
        cohort.of_children(~data.edges.follows_page[cohort.children]), delays
    )


def _by_week(data: _Data, cohort: Cohort, delays: Delays | None) -> tuple[WeekOfShares, ...]:
    week = np.floor((data.edges.time[cohort.rows] - data.start) / WEEK).astype(np.int64)
    return tuple(
        WeekOfShares(
            data.start + WEEK * float(number), _of_part(data, cohort, delays, week == number)
        )
        for number in np.unique(week)
    )


def _growth(data: _Data, channels: Bools, inside: Bools, total: float) -> Growth:
    shares, edges = data.shares, data.edges
    single = (edges.time >= data.start) & (edges.time <= data.end) & channels[edges.channel]
    totals = inside & data.is_total & (shares.count > 0)
    day = np.concatenate([edges.time[single], shares.time[totals]])
    count = np.concatenate([np.ones(int(single.sum())), shares.count[totals]])
    content = np.concatenate([edges.content[single], shares.content[totals]])
    contents = np.unique(content).size if (content >= 0).all() and content.size else None
    return Growth(
        growth_per_day(day, count, data.start, data.end), arithmetic_ceiling(contents, total)
    )


def _warnings(
    data: _Data,
    cohort: Cohort,
    r: Reproduction,
    seen: float,
    complete: bool,
    *,
    fades: bool,
    differ: bool,
    silent: float,
    followed: float | None,
) -> list[str]:
    warnings = []
    if not complete:
        warnings.append("parents_may_be_missing")
    if seen < ALL_SEEN or float(cohort.age.max()) < SHORT_HISTORY:
        warnings.append("young_shares")
    if (r.df is not None and r.df < FEW_DEGREES) or doubts.tail_is_heavy(cohort):
        warnings.append("few_parents_decide")
    if fades:
        warnings.append("depth_fades")
    if differ:
        warnings.append("contents_differ")
    if doubts.pairs_inflate(data.edges, cohort):
        warnings.append("few_accounts")
    if silent >= SILENT_MATTER:
        warnings.append("silent_accounts")
    if followed is not None and followed >= FOLLOWERS_MATTER:
        warnings.append("edges_are_not_causes")
    return warnings
