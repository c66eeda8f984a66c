"""Alarms and share of voice."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from chalicelib.attribution.dialogue.alarms import DayAlarm, find_alarms
from chalicelib.attribution.dialogue.count_tails import highest, tail
from chalicelib.attribution.dialogue.messages import BRAND
from chalicelib.attribution.dialogue.usual_counts import LEAST_HISTORY, before, usual_counts
from chalicelib.attribution.dialogue.voice import share_of_voice

FIRST_KNOWN = LEAST_HISTORY + 2
"""The first day with enough history before the two guard days."""


def usual_days(days: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """All and critical messages; 60 and 12 a day."""
    random = np.random.default_rng(seed)
    criticism = random.poisson(12.0, days).astype(float)
    return criticism + random.poisson(48.0, days), criticism


def verdicts(days: tuple[DayAlarm, ...]) -> list[str | None]:
    return [day.verdict for day in days]


def test_much_criticism_is_a_shitstorm_and_the_days_before_are_quiet() -> None:
    messages, criticism = usual_days()
    messages[100] += 50
    criticism[100] += 50

    found = find_alarms(messages, criticism)

    assert found[100].verdict == "shitstorm"
    assert found[100].usual == pytest.approx(12.0, abs=2.0)
    assert found[100].usual_high is not None
    assert 20 < found[100].usual_high < criticism[100]
    assert set(verdicts(found)[FIRST_KNOWN:100]) == {"quiet"}


def test_more_of_all_messages_is_a_buzz() -> None:
    messages, criticism = usual_days()
    messages[100], criticism[100] = 240.0, 48.0

    assert find_alarms(messages, criticism)[100].verdict == "buzz"


def test_a_day_of_the_week_with_more_messages_is_usual() -> None:
    messages, criticism = usual_days()
    messages[::7] *= 3
    criticism[::7] *= 3

    found = find_alarms(messages, criticism)

    assert found[105].usual == pytest.approx(36.0, rel=0.2)
    assert set(verdicts(found)[60:]) == {"quiet"}


def test_a_storm_does_not_hide_the_next_one() -> None:
    messages, criticism = usual_days()
    for day in (*range(92, 97), 103):
        messages[day] += 60
        criticism[day] += 60

    found = find_alarms(messages, criticism)

    assert {found[day].verdict for day in (92, 93, 94, 95, 96, 103)} == {"shitstorm"}
    assert found[103].usual == pytest.approx(12.0, abs=3.0)


def test_days_without_history_or_data_have_a_reason() -> None:
    messages, criticism = usual_days(60)
    criticism[40] = np.nan

    found = find_alarms(messages, criticism)

    assert verdicts(found)[:FIRST_KNOWN] == [None] * FIRST_KNOWN
    assert found[0].reasons == ("history_too_short",)
    assert found[FIRST_KNOWN].verdict is not None
    assert (found[40].verdict, found[40].reasons) == (None, ("no_data",))
    assert found[41].verdict is not None


@pytest.mark.parametrize("days", [0, 1])
def test_few_days_have_no_verdict(days: int) -> None:
    assert verdicts(find_alarms(np.zeros(days), np.zeros(days))) == [None] * days


def test_silence_is_quiet_and_a_few_messages_are_no_storm() -> None:
    criticism = np.zeros(100)
    criticism[90] = 4.0

    assert set(verdicts(find_alarms(criticism, criticism))[FIRST_KNOWN:]) == {"quiet"}


def test_a_storm_after_silence_is_found() -> None:
    criticism = np.zeros(100)
    criticism[90] = 12.0

    assert find_alarms(criticism, criticism)[90].verdict == "shitstorm"


def test_fewer_false_alarms_need_more_criticism() -> None:
    messages, criticism = usual_days()

    strict, lax = (find_alarms(messages, criticism, promised)[-1] for promised in (0.5, 12.0))

    assert strict.usual_high is not None
    assert lax.usual_high is not None
    assert strict.usual_high > lax.usual_high


@pytest.mark.parametrize("promised", [0.0, -1.0, 365.0, np.nan])
def test_an_impossible_number_of_false_alarms_is_rejected(promised: float) -> None:
    with pytest.raises(ValueError, match="false_alarms_per_year"):
        find_alarms(*usual_days(30), promised)


def test_messages_and_criticism_need_the_same_days() -> None:
    with pytest.raises(ValueError, match="same days"):
        find_alarms(np.zeros(3), np.zeros(4))


def test_a_day_is_compared_with_earlier_days_only() -> None:
    messages, criticism = usual_days()
    earlier = usual_counts(criticism[:80])
    criticism[80:] *= 9

    assert usual_counts(criticism).mean[:80] == pytest.approx(earlier.mean, nan_ok=True)
    assert usual_counts(criticism).scatter[:80] == pytest.approx(earlier.scatter, nan_ok=True)
    assert messages.size == 120


def test_the_window_ends_before_the_guard_days() -> None:
    window = before(np.arange(100.0))

    assert window[99, 0] == 96.0
    assert window[99, -1] == 13.0
    assert np.isnan(window[2]).all()
    assert window[3, 0] == 0.0


def test_scattered_days_need_more_criticism_than_poisson_days() -> None:
    random = np.random.default_rng(0)
    calm = random.poisson(12.0, 120).astype(float)
    scattered = random.poisson(12.0 * random.gamma(2.0, 0.5, 120)).astype(float)

    high = [usual_counts(counts).highest(0.005)[-1] for counts in (calm, scattered)]

    assert high[1] > 1.5 * high[0]


def weeks(per_week: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Messages about the brand and about one competitor in each week."""
    time, about = [], []
    for week, (own, other) in enumerate(per_week):
        time += [7.0 * week + 3.0] * (own + other)
        about += [BRAND] * own + [0] * other
    return np.array(time), np.array(about, dtype=np.int64)


def test_share_of_voice_is_a_ratio_of_totals() -> None:
    found = share_of_voice(*weeks([(10, 30), (20, 40), (30, 50), (40, 80)]), 0.0, 28.0)

    assert [(one.about, one.messages) for one in found.voices] == [(BRAND, 100), (0, 200)]
    assert found.voices[0].share.estimate == pytest.approx(1 / 3)
    own, other = (one.share for one in found.voices)
    assert own.ci_low is not None
    assert other.ci_high is not None
    assert own.ci_low == pytest.approx(1.0 - other.ci_high)


def test_weeks_that_differ_widen_the_interval() -> None:
    alike = share_of_voice(*weeks([(50, 50)] * 8), 0.0, 56.0).voices[0].share
    differ = share_of_voice(*weeks([(10, 90), (90, 10)] * 4), 0.0, 56.0).voices[0].share

    assert alike.estimate == differ.estimate == pytest.approx(0.5)
    assert alike.ci_low is not None
    assert differ.ci_low is not None
    assert alike.ci_low > 0.4
    assert differ.ci_low < 0.25


@pytest.mark.parametrize(
    ("per_week", "days", "reasons"),
    [
        ([(5, 5)] * 4, 27.0, ("history_too_short",)),
        ([(5, 0)] * 4, 28.0, ("no_competitors",)),
        ([], 28.0, ("no_messages",)),
    ],
)
def test_a_share_of_voice_needs_weeks_and_competitors(
    per_week: list[tuple[int, int]], days: float, reasons: tuple[str, ...]
) -> None:
    found = share_of_voice(*weeks(per_week), 0.0, days)

    assert found.reasons == reasons
    assert [one.share.estimate for one in found.voices] == [None] * len(found.voices)


def test_a_brand_that_is_never_named_has_an_upper_limit() -> None:
    found = share_of_voice(*weeks([(0, 50)] * 8), 0.0, 56.0)

    assert found.voices[0].share.estimate == 0.0
    assert found.voices[0].share.ci_high == pytest.approx(1 - 0.025 ** (1 / 8))


# --- tails of counts ----------------------------------------------------------------------------


def test_tails_of_counts_are_those_of_scipy() -> None:
    # the continued fraction stops at a relative change of 1e-14
    random = np.random.default_rng(1)
    mean = np.append(random.gamma(1.0, 20.0, 300), [0.001, 500.0, 3_000.0])
    scatter = np.append(random.gamma(1.0, 0.3, 300) + 0.005, [0.005, 3.0, 0.005])
    count = np.append(random.poisson(30.0, 300), [0, 7, 3_500]).astype(np.float64)
    size = 1.0 / scatter
    expected = stats.nbinom.sf(count - 1.0, size, size / (size + mean))
    np.testing.assert_allclose(tail(count, mean, scatter), expected, atol=1e-12)
    for chance in (2 / 365, 0.02, 0.5):
        limit = stats.nbinom.isf(chance, size, size / (size + mean))
        np.testing.assert_array_equal(highest(chance, mean, scatter), limit)


def test_tails_of_unknown_counts_are_unknown() -> None:
    one, unknown = np.ones(1), np.full(1, np.nan)
    for arguments in ((unknown, one, one), (one, unknown, one), (one, one, unknown)):
        assert np.isnan(tail(*arguments)).all()
    assert np.isnan(highest(0.01, unknown, one)).all()
