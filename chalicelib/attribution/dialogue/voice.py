"""Shares of the talk: how much of it is about the brand, and how much about each competitor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.dialogue.bounded import LEVEL, Bounded
from chalicelib.attribution.dialogue.messages import BRAND
from chalicelib.attribution.student import student_quantile

LEAST_WEEKS = 4
_MOST_BLOCKS = 12
_WEEK = 7.0


@dataclass(frozen=True, slots=True)
class Voice:
    """The talk about one company."""

    about: int
    """`BRAND`, or the number of the competitor."""
    messages: int
    share: Bounded


@dataclass(frozen=True, slots=True)
class ShareOfVoice:
    """Shares of the talk about the brand and its competitors, the brand first."""

    voices: tuple[Voice, ...]
    reasons: tuple[str, ...]


def share_of_voice(time: Floats, about: Ints, start: float, end: float) -> ShareOfVoice:
    """Estimate the share of each company in the talk of a range.

    A topic keeps people talking for days, so messages are not independent. The variance comes from
    blocks of at least a week, at most 12, with the linearised ratio (Cochran 1977, chapter 6). The
    interval is symmetric for the logit. It describes the weeks of which these are a sample.

    Parameters
    ----------
    time : array, shape (n,)
        Days since 1970; messages outside of the range are left out.
    about : array, shape (n,)
        `BRAND`, or the number of a competitor.
    start, end : float
        The range in days since 1970; the end is not part of it.
    """
    inside = (time >= start) & (time < end)
    time, about = time[inside], about[inside]
    companies = np.unique(np.append(about, BRAND))
    company = np.searchsorted(companies, about)
    counts = np.bincount(company, minlength=companies.size)
    weeks = int((end - start + 1e-9) // _WEEK)
    reasons = []
    if weeks < LEAST_WEEKS:
        reasons.append("history_too_short")
    if about.size == 0:
        reasons.append("no_messages")
    elif companies.size == 1:
        reasons.append("no_competitors")
    if reasons:
        empty = (Voice(int(a), int(n), Bounded()) for a, n in zip(companies, counts, strict=True))
        return ShareOfVoice(tuple(empty), tuple(reasons))
    blocks = min(weeks, _MOST_BLOCKS)
    block = np.minimum(((time - start) / (end - start) * blocks).astype(np.int64), blocks - 1)
    table = np.bincount(company * blocks + block, minlength=companies.size * blocks)
    table = table.reshape(companies.size, blocks).astype(np.float64)
    voices = [
        Voice(int(companies[k]), int(counts[k]), _share(table[k], table.sum(axis=0)))
        for k in range(companies.size)
    ]
    return ShareOfVoice(tuple(voices), ())


def _share(own: Floats, all_: Floats) -> Bounded:
    """The ratio of two sums over blocks, arrays of shape (blocks,)."""
    blocks, total = own.size, float(all_.sum())
    share = float(own.sum()) / total
    if share <= 0.0 or share >= 1.0:  # the exact limit of a share of blocks
        chance = ((1.0 - LEVEL) / 2) ** (1.0 / blocks)
        return Bounded(
            share, 0.0 if share <= 0.0 else chance, 1.0 if share >= 1.0 else 1.0 - chance
        )
    variance = blocks / (blocks - 1) * float(np.sum((own - share * all_) ** 2)) / total**2
    variance = max(variance, share * (1.0 - share) / total)
    half = student_quantile((1.0 + LEVEL) / 2, blocks - 1.0) * np.sqrt(variance)
    half /= share * (1.0 - share)
    odds = share / (1.0 - share)
    low, high = (float(o / (1.0 + o)) for o in (odds * np.exp(-half), odds * np.exp(half)))
    return Bounded(share, low, high)
