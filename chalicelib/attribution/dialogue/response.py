"""How soon the brand answers criticism. What an answer changes is not estimated here.

A mean over answered messages is too short: the slowest answers are still missing. Here messages
without a reply wait until now, and count as waiting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.dialogue.bounded import CURVE_HOURS, Bounded
from chalicelib.attribution.dialogue.messages import CRITICISM, Messages, is_criticism
from chalicelib.attribution.dialogue.waiting_times import WaitingTimes
from chalicelib.attribution.dialogue.working_hours import WorkingHours

FEWEST_MESSAGES = 10
FEW_THREADS = 5.0
"""Threads of equal size below which an interval may be too narrow."""
_HOURS_OF_DAY = 24.0
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """Response times on one clock."""

    within_1h: Bounded
    """Share of all criticism that is answered within an hour."""
    within_24h: Bounded
    median_hours: Bounded
    p90_hours: Bounded
    """Hours after which 90 % are answered."""
    curve: tuple[Bounded, ...]
    """Share that is answered within each of `CURVE_HOURS`."""


@dataclass(frozen=True, slots=True)
class Response:
    """How criticism is answered."""

    criticism: int
    """Critical messages about the brand until now, without those left out."""
    answered: int
    waiting: int
    threads: float
    """Threads of equal size (Kish)."""
    customer: ResponseTimes
    """On the clock of the person who waits."""
    team: ResponseTimes | None
    """On the clock of the team; None if no working hours are given, or without an estimate."""
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


_EMPTY = ResponseTimes(Bounded(), Bounded(), Bounded(), Bounded(), ())


def estimate_response(
    messages: Messages,
    as_of: float,
    hours: WorkingHours | None = None,
    threshold: float = CRITICISM,
) -> Response:
    """Estimate the distribution of the time from a criticism to the first reply in its thread.

    Messages after `as_of` are left out, and replies after `as_of` have not come yet. Messages
    whose reply is dated before them are left out, with a warning. Without any reply in the data
    nothing is estimated: silence cannot be told from a missing import.

    Parameters
    ----------
    messages : Messages
        Of the range; only criticism of the brand counts.
    as_of : float
        Now, in days since 1970-01-01 00:00 UTC.
    hours : WorkingHours, optional
        Adds the clock of the team.
    threshold : float
        Sentiment that is still criticism; below 0.
    """
    own = messages.own()
    critical = own.chosen(is_criticism(own, threshold) & (own.time <= as_of))
    with np.errstate(invalid="ignore"):
        is_impossible = critical.reply_time < critical.time
        critical = critical.chosen(~is_impossible)
        answered = critical.reply_time <= as_of
    n = int(critical.time.size)
    warnings = ["reply_before_message"] if is_impossible.any() else []
    reasons = []
    if not messages.has_replies:
        reasons.append("no_replies_in_data")
    if n < FEWEST_MESSAGES:
        reasons.append("too_few_criticisms" if n else "no_criticism")
    if reasons:
        known = int(answered.sum()) if messages.has_replies else 0
        waiting = n - known if messages.has_replies else 0
        return Response(n, known, waiting, 0.0, _EMPTY, None, tuple(reasons), tuple(warnings))

    def on(clock: Floats) -> WaitingTimes:
        """The waiting times on a clock: messages, ends and now, shape (2 n + 1,)."""
        begin, end, now = clock[:n], clock[n:-1], clock[-1]
        # times since 1970 are exact to a microsecond only; an hour must not be a little longer
        waited, age = np.round(end - begin, _DECIMALS), np.round(now - begin, _DECIMALS)
        return WaitingTimes.of(waited, answered, age, critical.thread)

    moments = np.concatenate(
        [critical.time, np.where(answered, critical.reply_time, as_of), [as_of]]
    )
    elapsed = on(_HOURS_OF_DAY * (moments - critical.time.min()))
    customer = _times_of(elapsed)
    team = None if hours is None else _times_of(on(hours.hours_until(moments)))
    if elapsed.threads < FEW_THREADS:
        warnings.append("few_threads")
    if customer.within_24h.estimate is None:
        warnings.append("criticism_too_young")
    return Response(
        n,
        int(answered.sum()),
        n - int(answered.sum()),
        elapsed.threads,
        customer,
        team,
        (),
        tuple(warnings),
    )


def _times_of(times: WaitingTimes) -> ResponseTimes:
    return ResponseTimes(
        times.within(1.0),
        times.within(24.0),
        times.quantile(0.5),
        times.quantile(0.9),
        tuple(times.within(hours) for hours in CURVE_HOURS),
    )
