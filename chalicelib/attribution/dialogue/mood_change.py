"""Whether the mood of two ranges differs by more than chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from chalicelib.attribution.dialogue.bounded import LEVEL, Bounded, ChangeVerdict
from chalicelib.attribution.dialogue.mood import Mood
from chalicelib.attribution.student import student_quantile

FEWEST_THREADS = 2.0
"""Threads of equal size below which nothing is known of how threads differ."""


@dataclass(frozen=True, slots=True)
class MoodChange:
    """The change of the negative share from one range to another."""

    negative: Bounded
    """Difference of the shares: above 0, there is more criticism than before."""
    verdict: ChangeVerdict
    reasons: tuple[str, ...]


def compare_moods(before: Mood, now: Mood) -> MoodChange:
    """Compare the moods behind two ranges, not only what was said in them.

    The variance of each share is that of its estimate (checks) plus that of other messages of the
    same kind, with threads as units. The quantile is Student's with the degrees of freedom of
    Welch (1947), from Kish's number of threads and from how well their scatter is known.

    Parameters
    ----------
    before, now : Mood
        Of ranges without common messages.
    """
    reasons = tuple(dict.fromkeys((*before.reasons, *now.reasons)))
    if before.negative.estimate is None or now.negative.estimate is None:
        return MoodChange(Bounded(), "not_estimable", reasons)
    if before.scatter is None or now.scatter is None:
        return MoodChange(Bounded(), "not_estimable", ("classifier_uninformative",))
    if min(before.scatter.threads, now.scatter.threads) < FEWEST_THREADS:
        return MoodChange(Bounded(), "not_estimable", ("too_few_threads",))
    variance, inverse = 0.0, 0.0
    for mood, scatter in ((before, before.scatter), (now, now.scatter)):
        variance += (mood.error or 0.0) ** 2 + scatter.variance
        inverse += scatter.variance**2 / scatter.degrees
    change = now.negative.estimate - before.negative.estimate
    if variance <= 0.0:  # no message of either range is negative, or all are
        return MoodChange(Bounded(change), "not_estimable", ("one_sided_mood",))
    degrees = variance**2 / inverse if inverse > 0 else math.inf
    half = student_quantile((1.0 + LEVEL) / 2, degrees) * math.sqrt(variance)
    verdict: ChangeVerdict = "no_change_seen"
    if change - half > 0:
        verdict = "worse"
    elif change + half < 0:
        verdict = "better"
    return MoodChange(Bounded(change, change - half, change + half), verdict, ())
