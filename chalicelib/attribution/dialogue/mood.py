"""The mood of a range: shares of negative, neutral and positive messages, as a person would say.

The classifier's own shares are biased where its errors do not cancel. A person who checks some
messages shows how it errs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.dialogue.bounded import LEVEL, Bounded
from chalicelib.attribution.dialogue.confusion import (
    CLASSES,
    DRAWS,
    LEAST_INFORMATION,
    LEAST_PER_CLASS,
    PRIOR,
    count_checks,
    count_said,
    draw_rows,
    errors_by_true_class,
    is_uninformative,
    lacks_checks,
    least_distance,
)
from chalicelib.attribution.dialogue.label_shift import mixture_shares
from chalicelib.attribution.dialogue.messages import (
    CRITICISM,
    NEGATIVE,
    UNKNOWN,
    Messages,
    known_class,
    said_class,
    star_class,
)
from chalicelib.attribution.student import student_quantile

MoodMethod = Literal["checked_here", "checked_elsewhere", "stars"]

ENOUGH_CHECKED = 60
"""Checks from which on simulated intervals contain the truth as often as they should."""
WISHED_HALF_WIDTH = 0.03
"""Half the width of the interval that `Mood.needed_checks` leads to."""
MOST_MISSING = 0.05
"""Part of the messages without any sentiment from which on there is a warning."""
_CAUTION = 0.5
"""Standard errors by which the scatter of threads is taken larger than estimated: where it comes
out too small by chance, changes are claimed too often.
"""
_SEED = 20_240_229
_UNCERTAIN = 0.25
"""Variance of a share of one half, the largest there is."""


@dataclass(frozen=True, slots=True)
class Scatter:
    """How far the mood of a range may be from the mood behind it, because messages are few."""

    variance: float
    """Variance of the negative share over other messages of the same kind, without checks."""
    threads: float
    """Number of threads of equal size (Kish)."""
    degrees: float
    """Degrees of freedom of the variance."""


@dataclass(frozen=True, slots=True)
class Mood:
    """The mood of a range."""

    messages: int
    """Messages about the brand with a sentiment, stars or a check."""
    negative: Bounded
    neutral: Bounded
    positive: Bounded
    missed_criticism: Bounded
    """Number of negative messages that neither the classifier nor stars call negative."""
    classified: tuple[float, float, float] | None
    """Shares that the classifier says, of the messages about which it says something."""
    checked: int
    """Messages of the range that a person has checked."""
    method: MoodMethod | None
    needed_checks: int | None
    """Further messages to check until the negative share is known to within 3 points; None if it
    is already, or if there is nothing to check.
    """
    error: float | None
    """Standard error of the negative share among these messages."""
    scatter: Scatter | None
    """None without an estimate, or if the classifier cannot show how threads differ."""
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Range:
    """The messages of a range that can have a mood.

    Attributes
    ----------
    said, true, thread : array, shape (n,)
        Class said; class known from a check or stars, else `UNKNOWN`.
    by_stars : array, shape (n,)
        Whether the message has stars.
    said_counts : array, shape (3,)
        Messages without stars, by the class said.
    checks : array, shape (3, 3)
        Of these.
    known : array, shape (3,)
        True classes of all other messages: those with stars, and those checked without a
        sentiment.
    """

    said: Ints
    true: Ints
    thread: Ints
    by_stars: Bools
    said_counts: Ints
    checks: Ints
    known: Ints

    @property
    def size(self) -> int:
        return int(self.said_counts.sum() + self.known.sum())

    @property
    def unchecked(self) -> Ints:
        """Messages without a check by a person, by the classifier's class. Shape (3,)."""
        rest: Ints = self.said_counts - self.checks.sum(axis=1)
        return rest


@dataclass(frozen=True, slots=True)
class _Draws:
    """The estimate and its draws.

    Attributes
    ----------
    estimate : array, shape (3,)
    shares : array, shape (draws, 3)
    missed_estimate : float
    missed : array, shape (draws,)
        Negative messages that the classifier does not call negative.
    """

    estimate: Floats
    shares: Floats
    missed_estimate: float
    missed: Floats


def estimate_mood(
    messages: Messages, elsewhere: Messages | None = None, threshold: float = CRITICISM
) -> Mood:
    """Estimate the shares of negative, neutral and positive messages about the brand.

    With checks of these messages, each class said is a stratum with its own true shares (double
    sampling; Tenenbein 1970, Journal of the American Statistical Association 65). The interval is
    that of Dirichlet draws of the rows and multinomial draws of the unchecked messages, so it has
    no width if all are checked. With checks of other messages only, the classifier's errors are
    taken from there (`label_shift`). Stars need no correction.

    Parameters
    ----------
    messages : Messages
        Of the range; those about others are left out.
    elsewhere : Messages, optional
        Messages outside of the range. Those without a check count too: they show how often each
        class is said where the checks were drawn.
    threshold : float
        Sentiment that is still negative; below 0.
    """
    own = messages.own()
    data = _range_of(own, threshold)
    classified = _classified(own, threshold)
    missing = own.time.size - data.size
    warnings = ["sentiment_missing"] if missing > MOST_MISSING * own.time.size else []
    if data.size == 0:
        return _rejected(data, classified, "no_messages", warnings)
    random = np.random.default_rng(_SEED)
    if not data.said_counts.any():
        method: MoodMethod = "stars" if data.by_stars.any() else "checked_here"
        draws = _Draws(data.known / data.size, data.known[None] / data.size, 0.0, np.zeros(1))
        return _estimated(data, classified, method, draws, None, warnings)
    if not lacks_checks(data.said_counts, data.checks):
        if data.checks.sum() < ENOUGH_CHECKED and data.unchecked.any():
            warnings.append("few_checked")
        return _from_here(data, classified, random, warnings)
    there = None if elsewhere is None else _range_of(elsewhere.own(), threshold)
    if there is not None and not lacks_checks(there.said_counts, there.checks):
        return _from_elsewhere(data, there, classified, random, warnings)
    checks = data.checks if there is None else data.checks + there.checks
    return _rejected(data, classified, _reason_against(checks), warnings)


def _reason_against(checks: Ints) -> str:
    """Why these checks, shape (3, 3), cannot correct the classifier."""
    per_class = checks.sum(axis=1)
    if not per_class.any():
        return "no_checked_sentiment"
    is_one_sided = per_class.max() >= LEAST_PER_CLASS and per_class.min() == 0
    return "one_sided_checks" if is_one_sided else "too_few_checked"


def _range_of(own: Messages, threshold: float) -> _Range:
    said, true = said_class(own.sentiment, threshold), known_class(own, threshold)
    keep = (said != UNKNOWN) | (true != UNKNOWN)
    said, true, thread = said[keep], true[keep], own.thread[keep]
    by_stars = star_class(own.rating)[keep] != UNKNOWN
    strata = ~by_stars & (said != UNKNOWN)
    return _Range(
        said,
        true,
        thread,
        by_stars,
        count_said(said[strata]),
        count_checks(said[strata], true[strata]),
        np.bincount(true[~strata], minlength=CLASSES)[:CLASSES].astype(np.int64),
    )


def _classified(own: Messages, threshold: float) -> tuple[float, float, float] | None:
    counts = count_said(said_class(own.sentiment, threshold))
    if not counts.any():
        return None
    negative, neutral, positive = (float(n / counts.sum()) for n in counts)
    return negative, neutral, positive


def _from_here(
    data: _Range,
    classified: tuple[float, float, float] | None,
    random: np.random.Generator,
    warnings: list[str],
) -> Mood:
    per_class = data.checks.sum(axis=1)
    plain = (data.checks + 0.0) / np.maximum(per_class, 1)[:, None]
    # nothing is known of a rare class without checks
    plain[per_class == 0] = 1.0 / CLASSES
    rows = draw_rows(data.checks, random)
    counts = np.stack(
        [random.multinomial(int(n), rows[:, j]) for j, n in enumerate(data.unchecked)], axis=1
    )
    certain = data.known + data.checks.sum(axis=0)
    shares = (certain + counts.sum(axis=1)) / data.size
    estimate = (certain + data.unchecked @ plain) / data.size
    others = slice(NEGATIVE + 1, None)
    found = int(data.checks[others, NEGATIVE].sum())
    draws = _Draws(
        estimate,
        shares,
        found + float(data.unchecked[others] @ plain[others, NEGATIVE]),
        found + counts[:, others, NEGATIVE].sum(axis=1).astype(np.float64),
    )
    errors = errors_by_true_class(plain, data.said_counts / data.said_counts.sum())
    return _estimated(data, classified, "checked_here", draws, errors, warnings)


def _from_elsewhere(
    data: _Range,
    there: _Range,
    classified: tuple[float, float, float] | None,
    random: np.random.Generator,
    warnings: list[str],
) -> Mood:
    per_class = np.maximum(there.checks.sum(axis=1), 1)
    said_there = random.standard_gamma(there.said_counts + PRIOR, size=(DRAWS, CLASSES))
    errors = errors_by_true_class(draw_rows(there.checks, random), said_there)
    if is_uninformative(errors):
        return _rejected(data, classified, "classifier_uninformative", warnings)
    plain = errors_by_true_class(
        there.checks / per_class[:, None], there.said_counts / there.said_counts.sum()
    )
    n = int(data.said_counts.sum())
    heard = random.standard_gamma(data.said_counts + PRIOR, size=(DRAWS, CLASSES))
    mixed = mixture_shares(errors, heard / heard.sum(axis=1, keepdims=True))
    best = mixture_shares(plain[None], (data.said_counts / n)[None])[0]
    draws = _Draws(
        (data.known + n * best) / data.size,
        (data.known + n * mixed) / data.size,
        float(n * best[NEGATIVE] * (1.0 - plain[NEGATIVE, NEGATIVE])),
        n * mixed[:, NEGATIVE] * (1.0 - errors[:, NEGATIVE, NEGATIVE]),
    )
    warnings = [*warnings, "classifier_may_have_drifted"]
    return _estimated(data, classified, "checked_elsewhere", draws, plain, warnings)


def _estimated(
    data: _Range,
    classified: tuple[float, float, float] | None,
    method: MoodMethod,
    draws: _Draws,
    errors: Floats | None,
    warnings: list[str],
) -> Mood:
    negative, neutral, positive = (
        _interval(float(draws.estimate[k]), draws.shares[:, k]) for k in range(CLASSES)
    )
    error = float(np.std(draws.shares[:, NEGATIVE]))
    share = float(draws.estimate[NEGATIVE])
    return Mood(
        data.size,
        negative,
        neutral,
        positive,
        _interval(draws.missed_estimate, draws.missed),
        classified,
        int(data.checks.sum()),
        method,
        _needed(data, error if method == "checked_here" else None, share),
        error,
        _scatter(data, share, errors),
        (),
        tuple(warnings),
    )


def _rejected(
    data: _Range,
    classified: tuple[float, float, float] | None,
    reason: str,
    warnings: list[str],
) -> Mood:
    return Mood(
        data.size,
        Bounded(),
        Bounded(),
        Bounded(),
        Bounded(),
        classified,
        int(data.checks.sum()),
        None,
        _needed(data, None, None),
        None,
        None,
        (reason,),
        tuple(warnings),
    )


def _interval(estimate: float, draws: Floats) -> Bounded:
    low, high = np.quantile(draws, [(1.0 - LEVEL) / 2, (1.0 + LEVEL) / 2])
    return Bounded(estimate, min(float(low), estimate), max(float(high), estimate))


def _needed(data: _Range, error: float | None, share: float | None) -> int | None:
    """Further checks, drawn by lot, for an interval of the negative share of +-3 points.

    The variance is ``V (1 / m - 1 / n)`` for ``m`` checks of ``n`` messages; ``V`` comes from the
    checks so far, else from the share, else it is the largest there is.
    """
    n, m = int(data.said_counts.sum()), int(data.checks.sum())
    if n == m:
        return None
    if error is not None:
        unit = (error * data.size / n) ** 2 / (1.0 / m - 1.0 / n)
    else:
        unit = _UNCERTAIN if share is None else share * (1.0 - share)
    wished = (WISHED_HALF_WIDTH * data.size / n / student_quantile((1 + LEVEL) / 2, math.inf)) ** 2
    total = max(math.ceil(1.0 / (wished / unit + 1.0 / n)) if unit > 0 else 0, 0)
    further = min(max(total, ENOUGH_CHECKED), n) - m
    return further if further > 0 else None


def _scatter(data: _Range, share: float, errors: Floats | None) -> Scatter | None:
    """Variance of the mean of the true moods, with threads as units.

    Each message has a score whose mean, given what it truly says, is 1 for a negative message and
    0 for others: the truth if it is known, else the inverse of the classifier's errors. Products
    of the scores of two messages of a thread are free of the classifier's noise.

    Parameters
    ----------
    errors : array, shape (3, 3), optional
        P(said | true), rows by the true class.
    """
    _, thread, sizes = np.unique(data.thread, return_inverse=True, return_counts=True)
    n = data.size
    threads = n * n / float(np.sum(sizes.astype(np.float64) ** 2))
    alone = share * (1.0 - share) / n
    if sizes.max() == 1:
        return Scatter(alone, threads, threads - 1.0)
    score = (data.true == NEGATIVE).astype(np.float64)
    unknown = data.true == UNKNOWN
    if unknown.any():
        if errors is None or float(least_distance(errors)) < LEAST_INFORMATION:
            return None
        inverse = np.linalg.lstsq(errors, np.eye(CLASSES)[NEGATIVE], rcond=1e-6)[0]
        score[unknown] = inverse[data.said[unknown]]
    score -= share
    sums = np.bincount(thread, weights=score)
    products = (sums * sums - np.bincount(thread, weights=score * score)) / (n * n)
    correction = threads / (threads - 1.0) if threads > 1.0 else 1.0
    own_error = float(np.sum(products**2))
    together = correction * float(products.sum()) + _CAUTION * math.sqrt(own_error)
    variance = alone + max(together, 0.0)
    # Satterthwaite (1946): twice the squared variance over its own variance
    own = 2.0 * variance**2 / own_error if own_error > 0 else math.inf
    return Scatter(variance, threads, min(threads - 1.0, own))
