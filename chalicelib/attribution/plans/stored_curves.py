"""Channels of a plan from the stored form of response curves (`response_curves.curve_document`)."""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.attribution.plans.planned_channels import GoalDraws, PlannedChannel, Shape

MOVE_AT_MOST = 0.3
"""Largest change of a channel's spend, as a share of today's."""


def planned_channels(
    curves: Mapping[str, Any],
    frozen: Collection[str],
    *,
    move_at_most: float = MOVE_AT_MOST,
    margin: float = 1.0,
) -> list[PlannedChannel]:
    """The channels of a plan.

    Parameters
    ----------
    curves : mapping
        The stored form.
    frozen : collection of str
        Channels that stay at today's spend. Channels without draws are frozen anyway.
    move_at_most : float
        Largest change as a share of today's spend; the spend never exceeds the highest mean of 14
        days that was ever seen.
    margin : float
        Contribution margin: the part of a conversion's value that counts.
    """
    return [
        _planned(one, curves, one["channel"] in frozen, move_at_most, margin)
        for one in curves["channels"]
    ]


def add_goal(
    channels: Sequence[PlannedChannel], others: Sequence[PlannedChannel], seed: int
) -> list[PlannedChannel]:
    """The same channels with the draws of another goal, in an order drawn by lot.

    The draws of two goals come from separate models, so no draw of one belongs to a draw of the
    other. One that lacks the draws of a goal has no draws at all.

    Parameters
    ----------
    channels, others : sequence of PlannedChannel
        Of the goals so far and of the other goal: the same channels in the same order, with as many
        draws.
    seed : int
        A different one for each goal.
    """
    lot = random.Random(seed)  # noqa: S311  # nosec B311 - no secret
    order: list[int] = []
    found = []
    for one, other in zip(channels, others, strict=True):
        if not one.known or not other.known:
            found.append(replace(one, frozen=True, returns=(), shapes=(), shape_of=(), further=()))
            continue
        if not order:
            order = lot.sample(range(len(other.returns)), len(other.returns))
        place = len(one.shapes)
        added = GoalDraws(
            [other.returns[draw] for draw in order],
            [place + other.shape_of[draw] for draw in order],
        )
        found.append(
            replace(
                one,
                frozen=one.frozen or other.frozen,
                shapes=[*one.shapes, *other.shapes],
                further=(*one.further, added),
            )
        )
    return found


def limits_of(one: Mapping[str, Any], move_at_most: float) -> tuple[float, float]:
    """Lowest and highest spend of a channel in a plan."""
    now = float(one["now"])
    high = min(now * (1.0 + move_at_most), max(float(one["highest"]), now))
    return now * max(1.0 - move_at_most, 0.0), high


def _planned(
    one: Mapping[str, Any],
    curves: Mapping[str, Any],
    frozen: bool,
    move_at_most: float,
    margin: float,
) -> PlannedChannel:
    low, high = limits_of(one, move_at_most)
    halves = [math.inf if half is None else float(half) for half in curves["half_stocks"]]
    pairs = [(int(b), int(d)) for b, d in zip(one["bend_of"], one["decay_of"], strict=True)]
    different = sorted(set(pairs))
    number = {pair: place for place, pair in enumerate(different)}
    return PlannedChannel(
        name=one["channel"],
        now=float(one["now"]),
        mean=float(one["mean"]),
        low=low,
        high=high,
        frozen=frozen or not one["returns"],
        returns=[r * margin for r in one["returns"]],
        shapes=[
            Shape(halves[bend] * one["usual"][decay], tuple(one["levels"][decay]))
            for bend, decay in different
        ],
        shape_of=[number[pair] for pair in pairs],
    )
