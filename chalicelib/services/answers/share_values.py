"""What a share is worth: itself, and with all the shares that it brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.attribution.virality.estimated import Estimated
from chalicelib.attribution.virality.share_value import value_share
from chalicelib.services.answer_fields import Estimate
from chalicelib.services.answers.effects import Effect, read_effects
from chalicelib.services.answers.intervals import NO_ESTIMATE, rounded
from chalicelib.services.answers.ranges import Range
from chalicelib.services.answers.share_spread_shapes import (
    ShareValue,
    SpreadOfShares,
    shown_estimate,
)
from chalicelib.services.fitting.fit_documents import FitDocument


def values_of_shares(
    document: FitDocument,
    goal: str,
    days: Range,
    shown: SpreadOfShares,
    channels: Mapping[str, SpreadOfShares],
) -> list[ShareValue]:
    """What a share of each channel is worth, with all that it brings.

    Shares of a channel without a spread of its own (there is only one) spread as all do.
    """
    effects = read_effects(document, goal, days)
    return [
        _value(document, goal, effect, effects, channels.get(effect.channel, shown))
        for effect in effects
        if effect.type == "share" and not effect.paid
    ]


def _value(
    document: FitDocument,
    goal: str,
    share: Effect,
    effects: Sequence[Effect],
    shown: SpreadOfShares,
) -> ShareValue:
    fitted = document["goals"][goal]
    value: ShareValue = {
        "channel": share.channel,
        "own_conversions": NO_ESTIMATE,
        "conversions_with_all_it_brings": NO_ESTIMATE,
        "own": NO_ESTIMATE,
        "with_all_it_brings": NO_ESTIMATE,
        "reasons": list(share.reasons),
        "warnings": list(share.warnings),
    }
    if share.delta is None:
        return value
    brought = {
        int(number): each
        for number, each in document["kinds"][share.index].get("brought", ())
        if document["kinds"][int(number)]["type"] != "share"
    }
    known = {effect.index: effect for effect in effects if effect.delta is not None}
    missing = [number for number in brought if number not in known]
    members = [share, *(known[number] for number in brought if number in known)]
    weights = [1.0, *(brought[one.index] for one in members[1:])]
    deltas = [one.delta or 0.0 for one in members]
    cov = [
        [fitted["covariance"][a.index][b.index] * a.scale * b.scale for b in members]
        for a in members
    ]
    critical = max(one.critical for one in members)
    alone = Estimated(1.0, 1.0, 1.0)
    own = value_share([1.0], deltas[:1], [[cov[0][0]]], share.critical, alone)
    bounds = shown["amplification"]
    amplification = Estimated(bounds["estimate"], bounds["ci_low"], bounds["ci_high"])
    whole = value_share(weights, deltas, cov, critical, amplification)
    mean, variance = fitted["value_mean"], fitted["value_variance"]
    value |= {
        "own_conversions": shown_estimate(own),
        "conversions_with_all_it_brings": shown_estimate(whole),
    }
    value["warnings"] += [
        f"not_counted:{document['kinds'][number]['channel']}/{document['kinds'][number]['type']}"
        for number in missing
    ]
    if shown["verdict"] == "not_estimable":
        value["reasons"] += shown["reasons"]
    if mean <= 0:
        value["reasons"].append("no_value" if mean == 0 else "refunds_exceed_sales")
        return value
    value |= {
        "own": _in_money(own, mean, variance, share.critical),
        "with_all_it_brings": _in_money(whole, mean, variance, critical),
    }
    return value


def _in_money(conversions: Estimated, mean: float, variance: float, critical: float) -> Estimate:
    """Conversions times their mean value, with the error of that mean."""
    middle = conversions.estimate

    def end(value: float | None) -> float | None:
        if value is None:
            return None
        if middle is None:
            return rounded(value * mean)
        gap = (value - middle) * mean
        half = (gap**2 + (critical * middle) ** 2 * variance) ** 0.5
        return rounded(middle * mean + (half if gap >= 0 else -half))

    return {
        "estimate": None if middle is None else rounded(middle * mean),
        "ci_low": end(conversions.ci_low),
        "ci_high": end(conversions.ci_high),
    }
