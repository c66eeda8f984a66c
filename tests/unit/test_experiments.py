"""Effects with an interval: per engagement, from a standard error, from another level."""

from __future__ import annotations

import pytest

from chalicelib.attribution.experiments.holdouts import Arm, analyse_holdout
from chalicelib.attribution.experiments.measured_lift import from_standard_error, standard_error_of


def test_removed_engagements_change_the_sign() -> None:
    lost = analyse_holdout(Arm(1_000, 50), Arm(1_000, 100))

    per = lost.per(-500)

    assert per.estimate == pytest.approx(0.1)
    assert per.low == pytest.approx(lost.high / -500)
    assert 0 < per.low < per.estimate < per.high


def test_interval_of_another_level_gives_its_standard_error() -> None:
    assert standard_error_of(10.0, 20.0, 0.9) == pytest.approx(5.0 / 1.6448536)
    assert from_standard_error(3.0, 1.0).variance == pytest.approx(1.0)
    assert from_standard_error(1.959964, 1.0).p_value == pytest.approx(0.05, abs=1e-6)
