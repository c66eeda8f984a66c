"""Adding up: the effects of all engagement types together cannot exceed what happened."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from chalicelib.services.answers.ranges import Range
from chalicelib.services.fitting.fit_documents import GoalDocument, KindDocument


def impossible_types(
    kinds: Sequence[KindDocument], fitted: GoalDocument, days: Range, scales: Mapping[int, float]
) -> set[int]:
    """The types that are said to have brought more conversions than there were.

    The window as a whole is looked at, and the range. Effects of the range's engagements fall on
    its days and on later ones, so they are compared with all conversions from its first day on.
    Only engagements between the first and the last conversion count: on other days conversions may
    not have been recorded.

    A sum is refused if it exceeds what happened by more than its standard error. Chance alone does
    that in at most one of six cases, even if marketing had caused every single conversion, and
    hardly ever if it caused four fifths of them. A sum that is only a little above is imprecise:
    its interval holds what is possible.

    Parameters
    ----------
    kinds : sequence of KindDocument
        The engagement types of a fit.
    fitted : GoalDocument
    days : Range
    scales : mapping
        Of the types in the range: how much of the window's mean effect an engagement of it has.

    Returns
    -------
    set of int
        Indexes of the types to refuse: each that exceeds what happened alone, then those of a
        channel that exceed it together, then all, of which those stay that an experiment measured.
    """
    happened = [day for day, number in enumerate(fitted["conversions"]) if number > 0]
    if not happened:
        return set()
    refused: set[int] = set()
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
        refused |= _exceeding(amounts, sum(fitted["conversions"][first:]), kinds, fitted)
    return refused


def _exceeding(
    amounts: Mapping[int, float],
    happened: float,
    kinds: Sequence[KindDocument],
    fitted: GoalDocument,
) -> set[int]:
    """Types that alone, within their channel or together exceed what happened."""

    def exceeds(types: Iterable[int]) -> bool:
        members = list(types)
        covariance = fitted["covariance"]
        brought = sum((fitted["estimates"][i]["delta"] or 0.0) * amounts[i] for i in members)
        variance = sum(covariance[i][j] * amounts[i] * amounts[j] for i in members for j in members)
        return bool(brought - math.sqrt(max(variance, 0.0)) > happened)

    refused = {index for index in amounts if exceeds([index])}
    for channel in sorted({kind["channel"] for kind in kinds}):
        members = {
            index for index in amounts.keys() - refused if kinds[index]["channel"] == channel
        }
        if exceeds(members):
            refused |= members
    left = amounts.keys() - refused
    if exceeds(left):
        refused |= {i for i in left if fitted["estimates"][i]["method"] != "experiment"}
    return refused
