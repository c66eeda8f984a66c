"""The mutations, and the test that must find each."""

from __future__ import annotations

from tests.mutations.mutation import Mutation
from tests.mutations.of_alternatives import OF_ALTERNATIVES
from tests.mutations.of_answers import OF_ANSWERS
from tests.mutations.of_averages import OF_AVERAGES
from tests.mutations.of_dialogue import OF_DIALOGUE
from tests.mutations.of_followers import OF_FOLLOWERS
from tests.mutations.of_panels import OF_PANELS
from tests.mutations.of_regions import OF_REGIONS
from tests.mutations.of_search import OF_SEARCH
from tests.mutations.of_virality import OF_VIRALITY

MUTATIONS: tuple[Mutation, ...] = (
    *OF_PANELS,
    *OF_AVERAGES,
    *OF_ALTERNATIVES,
    *OF_ANSWERS,
    *OF_REGIONS,
    *OF_DIALOGUE,
    *OF_FOLLOWERS,
    *OF_VIRALITY,
    *OF_SEARCH,
)
