"""Check that all engagement types together did not cause more conversions than there were."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from chalicelib.services.answers.ranges import Range
from chalicelib.services.fitting.fit_documents import GoalResults, KindDocument


def impossible_types(
    kinds: Sequence[KindDocument], fitted: GoalResults, days: Range, scales: Mapping[int, float]
) -> set[int]:
    """Return the types whose estimates exceed the actual conversions.

    The check covers the window as a whole, and the range. Effects of the range's engagements fall
    on its days and on later ones, so the range is compared with all conversions from its first day
    on. Only engagements between the first and the last conversion count, because conversions may
    not have been recorded on other days.

    A sum is rejected if it exceeds the conversions by more than its standard error. Chance alone
    does that in at most one of six cases, even if marketing had caused every single conversion, and
    hardly ever if it caused four fifths of them. A sum slightly above the limit is imprecise; its
    interval contains possible values.

    The result has each type that exceeds the conversions alone, then the types of a channel that
    exceed them together, then all types except those measured by an experiment.

    `scales`: for each type in the range: the mean effect in the range divided by that in the
    window.
    """
    happened = [day for day, number in enumerate(fitted["conversions"]) if number > 0]
    if not happened:
        return set()
    rejected: set[int] = set()
    for first, last, known in (
        (happened[0], happened[-1], None),
        (max(days.first, happened[0]), min(days.last, happened[-1]), scales),
    ):
        amounts = {
            index: sum(kind["counts"][first : last + 1])
            * (1.0 if known is None else known.get(index, 0.0))
            for index, (kind, one) in enumerate(zip(kinds, fitted["estimates"], strict=True))
            if one["delta"] is not None
        }
        rejected |= _exceeding(amounts, sum(fitted["conversions"][first:]), kinds, fitted)
    return rejected


def _exceeding(
    amounts: Mapping[int, float],
    happened: float,
    kinds: Sequence[KindDocument],
    fitted: GoalResults,
) -> set[int]:
    """Return the types that exceed the conversions alone, within their channel, or together."""

    def exceeds(types: Iterable[int]) -> bool:
        members = list(types)
        covariance = fitted["covariance"]
        brought = sum((fitted["estimates"][i]["delta"] or 0.0) * amounts[i] for i in members)
        variance = sum(covariance[i][j] * amounts[i] * amounts[j] for i in members for j in members)
        return bool(brought - math.sqrt(max(variance, 0.0)) > happened)

    rejected = {index for index in amounts if exceeds([index])}
    for channel in sorted({kind["channel"] for kind in kinds}):
        members = {
            index for index in amounts.keys() - rejected if kinds[index]["channel"] == channel
        }
        if exceeds(members):
            rejected |= members
    remaining = amounts.keys() - rejected
    if exceeds(remaining):
        rejected |= {i for i in remaining if fitted["estimates"][i]["method"] != "experiment"}
    return rejected
