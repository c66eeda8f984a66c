"""Rules for wrong answers, answers wrong without a warning, and wrong verdicts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.table import summarise
from tests.worlds.verdicts import Verdict, is_wrong

RIGHT = Verdict("w", 0, "facebook/like", 1.0, 1.0, 0.5, 1.5)
WRONG = replace(RIGHT, low=1.2)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("", True),
        ("coverage_inferred; shocks_removed", True),
        ("decay_unknown", False),
        ("saturation_unknown; collinear_with:twitter/share", False),
        ("placebo_failed", False),
    ],
)
def test_only_caution_or_do_not_act_excuses_a_missed_truth(flags: str, expected: bool) -> None:
    assert replace(WRONG, flags=flags).wrong_without_warning is expected
    assert replace(RIGHT, flags=flags).wrong_without_warning is False


def test_without_an_interval_nothing_is_wrong() -> None:
    rejected = replace(WRONG, estimate=None, low=None, high=None)

    assert rejected.wrong_without_warning is None
    assert rejected.covered is None


def test_a_false_claim_is_flagged_only_by_do_not_act() -> None:
    claim = replace(WRONG, truth=0.0)

    assert claim.false_claim
    assert claim.false_claim_unflagged
    assert replace(claim, flags="decay_unknown").false_claim_unflagged
    assert not replace(claim, flags="intent_confounding_suspected").false_claim_unflagged


def test_arrival_must_be_rejected_with_its_reason() -> None:
    arrival = replace(RIGHT, role="arrival")
    rejected = replace(arrival, estimate=None, low=None, high=None)

    assert arrival.role_ignored
    assert rejected.role_ignored
    assert replace(rejected, flags="on_the_way").role_ignored is False
    assert replace(rejected, role="state", flags="standing_relationship").role_ignored is False
    assert RIGHT.role_ignored is None
    assert arrival.covered is None


@pytest.mark.parametrize(
    ("verdict", "caused", "gain", "expected"),
    [
        ("profitable", 10.0, 0.2, False),
        ("profitable", 10.0, -0.2, True),
        ("unprofitable", 10.0, 0.2, True),
        ("unprofitable", 10.0, -0.2, False),
        ("effective", 0.0, None, True),
        ("effective", 1.0, None, False),
        ("no_effect_seen", 11.0, None, True),
        ("no_effect_seen", 9.0, None, False),
        ("inconclusive", 10.0, 0.2, False),
        ("too_early", 10.0, 0.2, False),
        ("not_estimable", 10.0, 0.2, None),
    ],
)
def test_verdict_that_contradicts_the_truth_is_wrong(
    verdict: str, caused: float, gain: float | None, expected: bool | None
) -> None:
    assert is_wrong(verdict, caused=caused, gain=gain, conversions=1_000.0) is expected


def test_table_counts_errors_and_their_flags() -> None:
    rows = [
        replace(WRONG, truth=0.0),
        replace(WRONG, truth=0.0, flags="placebo_failed", channel_verdict_is_wrong=True),
        replace(RIGHT, truth=0.6, channel_verdict_is_wrong=False),
        replace(RIGHT, role="arrival"),
    ]

    cells = [cell.strip() for cell in summarise("w", rows).split("|")]

    assert cells[3:10] == [
        "33.3 %",
        "100.0 % (50.0 %)",
        "33.3 %",
        "50.0 %",
        "33.3 %",
        "0.0 %",
        "100.0 %",
    ]
