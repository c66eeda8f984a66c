"""Worlds of people: simulated journeys in which the effect of every engagement is known.

This module is the entry point. `parameters` has the switches, `catalogue` the worlds by name,
`journeys` the simulation, `responses` the truth, and `recording` the selection of recorded data.
"""

from __future__ import annotations

from tests.worlds.catalogue import (
    CLASSIC,
    INGREDIENTS,
    UNIDENTIFIED,
    VARIED,
    WORLDS,
    varied_world,
    world_of,
)
from tests.worlds.journeys import Journeys, simulate
from tests.worlds.parameters import KINDS, Hole, KindInWorld, Promotion, World
from tests.worlds.recording import NOBODY, Records, record

__all__ = [
    "CLASSIC",
    "INGREDIENTS",
    "KINDS",
    "NOBODY",
    "UNIDENTIFIED",
    "VARIED",
    "WORLDS",
    "Hole",
    "Journeys",
    "KindInWorld",
    "Promotion",
    "Records",
    "World",
    "record",
    "simulate",
    "varied_world",
    "world_of",
]
