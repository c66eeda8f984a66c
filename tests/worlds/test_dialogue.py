"""The worlds of the dialogue: what they promise, with a few seeds."""

from __future__ import annotations

import numpy as np
import pytest

from tests.worlds.dialogue import RESPONSE_WORLDS, simulate_response
from tests.worlds.dialogue_judge import (
    DIALOGUE_TABLES,
    DIALOGUE_WORLDS,
    dialogue_table,
    judge_dialogue,
)


@pytest.mark.parametrize("name", ["mood_coin_elsewhere", "mood_only_negatives"])
def test_checks_that_cannot_correct_are_rejected(name: str) -> None:
    assert judge_dialogue(name, 0).figures["rejected"] == 1.0


def test_the_classifier_is_far_off_and_the_estimate_is_not() -> None:
    figures = [judge_dialogue("mood_much_criticism", seed).figures for seed in range(5)]

    assert np.mean([one["classifier's error"] or 0.0 for one in figures]) < -0.15
    assert abs(np.mean([one["error"] or 0.0 for one in figures])) < 0.05
    assert sum(one["negative covered"] or 0.0 for one in figures) >= 4


@pytest.mark.parametrize("name", RESPONSE_WORLDS)
def test_the_true_response_times_are_those_of_a_large_world(name: str) -> None:
    """Messages that are old enough, of 40 seeds, without threads to scatter them."""
    within = []
    for seed in range(40):
        data = simulate_response(RESPONSE_WORLDS[name], seed)
        hours = 24 * (data.messages.reply_time - data.messages.time)
        within += [float(np.mean(np.nan_to_num(hours, nan=np.inf) <= 24.0))]
    assert np.mean(within) == pytest.approx(data.within_24h, abs=0.03)


def test_a_storm_of_ten_times_the_usual_is_found() -> None:
    assert judge_dialogue("alarms_short_history", 0).figures["storm × 10 found"] == 1.0


def test_every_world_is_in_a_table() -> None:
    assert {name for _, worlds in DIALOGUE_TABLES for name in worlds} == set(DIALOGUE_WORLDS)


def test_a_table_has_the_means_of_its_worlds() -> None:
    verdicts = [judge_dialogue("voice_memory", seed) for seed in range(2)]
    shares = [one.figures["share"] or 0.0 for one in verdicts]

    table = dialogue_table(verdicts, ["voice_memory", "voice_no_memory"])

    assert table.splitlines()[-1].startswith("| voice_memory | 2 | 0.160 | ")
    assert f"| {np.mean(shares):.3f} |" in table
