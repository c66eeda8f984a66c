"""The mood of messages, corrected for the classifier, and its change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.dialogue.confusion import errors_by_true_class
from chalicelib.attribution.dialogue.label_shift import mixture_shares
from chalicelib.attribution.dialogue.messages import Messages, is_criticism, said_class
from chalicelib.attribution.dialogue.mood import estimate_mood
from chalicelib.attribution.dialogue.mood_change import compare_moods
from tests.worlds.dialogue import MOOD_WORLDS, make_messages, simulate_mood

SAID = np.array([-0.8, 0.0, 0.8])


def checked_messages(counts: list[list[int]], unchecked: list[int]) -> Messages:
    """Messages by the class said (rows) and checked (columns), and messages without a check."""
    said, checked = [], []
    for row, (cells, rest) in enumerate(zip(counts, unchecked, strict=True)):
        said += [SAID[row]] * (sum(cells) + rest)
        for column, n in enumerate(cells):
            checked += [SAID[column]] * n
        checked += [np.nan] * rest
    return make_messages(len(said), sentiment=np.array(said), checked=np.array(checked))


TABLE = [[20, 5, 5], [10, 80, 10], [0, 5, 45]]
"""In each row 30, 100 and 50 checks."""


def test_the_share_weighs_what_was_found_in_each_class_said() -> None:
    found = estimate_mood(checked_messages(TABLE, [30, 300, 50]))

    truth = (60 * 20 / 30 + 400 * 10 / 100 + 0.0) / 560
    assert found.method == "checked_here"
    assert found.negative.estimate == pytest.approx(truth)
    assert found.negative.ci_low is not None
    assert found.negative.ci_high is not None
    assert found.negative.ci_low < truth < found.negative.ci_high
    assert found.missed_criticism.estimate == pytest.approx(40.0)
    assert found.classified == pytest.approx((60 / 560, 400 / 560, 100 / 560))
    assert found.checked == 180
    total = [found.negative.estimate, found.neutral.estimate, found.positive.estimate]
    assert sum(value or 0.0 for value in total) == pytest.approx(1.0)


def test_the_interval_has_no_width_if_all_messages_are_checked() -> None:
    found = estimate_mood(checked_messages(TABLE, [0, 0, 0]))

    assert found.negative.ci_low == found.negative.estimate == found.negative.ci_high
    assert found.needed_checks is None


def test_more_unchecked_messages_widen_the_interval() -> None:
    few, many = (estimate_mood(checked_messages(TABLE, [n, n, n])) for n in (5, 500))

    assert few.error is not None
    assert many.error is not None
    assert few.error < many.error / 3


def test_needed_checks_lead_to_the_width_that_is_wished() -> None:
    messages = checked_messages(TABLE, [500, 1_500, 800])
    found = estimate_mood(messages)
    assert found.needed_checks is not None
    scale = (found.checked + found.needed_checks) / found.checked
    more = [[round(scale * n) for n in row] for row in TABLE]
    rest = [
        500 + sum(TABLE[0]) - sum(more[0]),
        1_500 + sum(TABLE[1]) - sum(more[1]),
        800 + sum(TABLE[2]) - sum(more[2]),
    ]

    then = estimate_mood(checked_messages(more, rest))

    assert then.negative.ci_high is not None
    assert then.negative.ci_low is not None
    assert (then.negative.ci_high - then.negative.ci_low) / 2 == pytest.approx(0.03, rel=0.1)


def test_the_order_of_messages_makes_no_difference() -> None:
    messages, _, _ = simulate_mood(MOOD_WORLDS["mood_clustered"], 3)
    shuffled = messages_in(messages, np.random.default_rng(1).permutation(messages.time.size))

    assert estimate_mood(shuffled).negative == estimate_mood(messages).negative


def messages_in(messages: Messages, order: np.ndarray) -> Messages:
    return replace(
        messages,
        **{
            name: getattr(messages, name)[order]
            for name in ("thread", "sentiment", "checked", "time")
        },
    )


def test_without_a_check_only_what_the_classifier_says_is_shown() -> None:
    found = estimate_mood(make_messages(100, sentiment=np.full(100, -0.9)))

    assert found.method is None
    assert found.reasons == ("no_checked_sentiment",)
    assert found.negative.estimate is None
    assert found.classified == (1.0, 0.0, 0.0)
    assert found.needed_checks == 92


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ([[40, 10, 0], [0, 0, 0], [0, 0, 0]], "one_sided_checks"),
        ([[3, 1, 0], [2, 30, 3], [0, 3, 20]], "too_few_checked"),
    ],
)
def test_checks_that_miss_a_class_are_rejected(counts: list[list[int]], reason: str) -> None:
    found = estimate_mood(checked_messages(counts, [100, 400, 300]))

    assert found.reasons == (reason,)
    assert found.method is None
    assert found.negative.estimate is None


def test_a_rare_class_needs_no_check() -> None:
    found = estimate_mood(checked_messages([[0, 0, 0], *TABLE[1:]], [5, 300, 100]))

    assert found.method == "checked_here"


def test_stars_need_no_classifier() -> None:
    found = estimate_mood(make_messages(5, rating=np.array([1.0, 2.0, 3.0, 4.0, 5.0])))

    assert found.method == "stars"
    shares = [one.estimate for one in (found.negative, found.neutral, found.positive)]
    assert shares == pytest.approx([0.4, 0.2, 0.4])
    assert found.negative.ci_low == found.negative.ci_high


def test_a_check_counts_more_than_stars() -> None:
    found = estimate_mood(make_messages(1, rating=np.array([5.0]), checked=np.array([-1.0])))

    assert found.negative.estimate == 1.0


def test_messages_about_others_and_without_a_sentiment_do_not_count() -> None:
    own = checked_messages(TABLE, [30, 300, 50])
    n = own.time.size
    sentiment, about = np.append(own.sentiment, np.nan), np.append(own.about, -1)
    with_others = make_messages(
        n + 200,
        sentiment=np.append(sentiment, np.full(199, -0.9)),
        checked=np.append(own.checked, np.full(200, np.nan)),
        about=np.append(about, np.zeros(199, dtype=np.int64)),
    )

    assert estimate_mood(with_others).negative == estimate_mood(own).negative


def test_many_messages_without_a_sentiment_are_a_warning() -> None:
    own = checked_messages(TABLE, [30, 300, 50])
    n = own.time.size
    unknown = np.full(100, np.nan)
    found = estimate_mood(
        make_messages(
            n + 100,
            sentiment=np.append(own.sentiment, unknown),
            checked=np.append(own.checked, unknown),
        )
    )

    assert found.warnings == ("sentiment_missing",)


@pytest.mark.parametrize("n", [0, 1])
def test_a_range_without_any_mood_is_rejected(n: int) -> None:
    found = estimate_mood(make_messages(n))

    assert found.reasons == ("no_messages",)
    assert found.classified is None


def test_checks_elsewhere_correct_the_classifier() -> None:
    messages, elsewhere, true = simulate_mood(MOOD_WORLDS["mood_elsewhere"], 1)

    found = estimate_mood(messages, elsewhere)

    assert found.method == "checked_elsewhere"
    assert found.warnings == ("classifier_may_have_drifted",)
    assert found.negative.estimate is not None
    assert found.negative.ci_low is not None
    assert found.negative.ci_high is not None
    assert found.negative.ci_low < np.mean(true == 0) < found.negative.ci_high
    assert found.negative.ci_high - found.negative.ci_low < 0.2


def test_a_classifier_that_says_nothing_is_rejected_elsewhere() -> None:
    messages, elsewhere, _ = simulate_mood(MOOD_WORLDS["mood_coin_elsewhere"], 0)

    found = estimate_mood(messages, elsewhere)

    assert found.reasons == ("classifier_uninformative",)
    assert found.negative.estimate is None


def test_unequal_rates_of_checks_elsewhere_make_no_difference() -> None:
    """Rows are checked at rates of 1/10 and 1/2, but the errors are those of all messages."""
    joint = np.array([[0.10, 0.02, 0.01], [0.05, 0.40, 0.06], [0.02, 0.05, 0.29]])
    rows = joint / joint.sum(axis=1, keepdims=True)

    errors = errors_by_true_class(rows, joint.sum(axis=1))

    assert errors == pytest.approx((joint / joint.sum(axis=0)).T)


@pytest.mark.parametrize("shares", [(0.2, 0.5, 0.3), (0.0, 0.4, 0.6), (1.0, 0.0, 0.0)])
def test_exact_mixtures_are_recovered(shares: tuple[float, ...]) -> None:
    errors = np.array([[0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.1, 0.2, 0.7]])

    found = mixture_shares(errors[None], (np.array(shares) @ errors)[None])

    assert found[0] == pytest.approx(shares, abs=1e-6)


def test_a_mixture_outside_of_the_triangle_gets_the_closest_point() -> None:
    errors = np.array([[0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.1, 0.2, 0.7]])
    said = np.array([0.9, 0.05, 0.05])
    grid = np.array(
        [
            (a, b, 1 - a - b)
            for a in np.arange(0, 1.001, 0.01)
            for b in np.arange(0, 1.001 - a, 0.01)
        ]
    )
    best = grid[np.argmin(np.square(grid @ errors - said).sum(axis=1))]

    assert mixture_shares(errors[None], said[None])[0] == pytest.approx(best, abs=0.011)


def test_a_change_of_mood_has_a_direction() -> None:
    usual = estimate_mood(checked_messages(TABLE, [30, 300, 50]))
    bad = estimate_mood(checked_messages([[60, 2, 0], [30, 30, 2], [5, 2, 20]], [90, 100, 50]))

    assert compare_moods(usual, bad).verdict == "worse"
    assert compare_moods(bad, usual).verdict == "better"
    assert compare_moods(usual, usual).verdict == "no_change_seen"


def test_a_change_is_uncertain_if_moods_come_in_threads() -> None:
    n = 400
    true = np.where(np.arange(n) % 40 < 12, -0.9, 0.0)
    alone = make_messages(n, sentiment=true, checked=true)
    # 20 threads of one mood
    together = replace(alone, thread=np.arange(n) % 40 // 2)

    single, threads = estimate_mood(alone).scatter, estimate_mood(together).scatter

    assert single is not None
    assert threads is not None
    assert single.variance == pytest.approx(0.3 * 0.7 / n)
    assert 1.0 < threads.variance / (0.3 * 0.7 / 19) < 1.2
    assert threads.threads == pytest.approx(20.0)
    assert threads.degrees <= 19.0


def test_the_classifiers_noise_does_not_count_as_scatter_of_threads() -> None:
    messages, _, _ = simulate_mood(replace(MOOD_WORLDS["mood_usual"], messages=6_000), 1)
    threads = replace(messages, thread=np.random.default_rng(0).integers(0, 600, 6_000))

    found = estimate_mood(threads)

    assert found.scatter is not None
    assert found.negative.estimate is not None
    alone = found.negative.estimate * (1 - found.negative.estimate) / 6_000
    assert found.scatter.variance < 1.8 * alone


def test_one_thread_shows_no_change() -> None:
    one = replace(checked_messages(TABLE, [0, 0, 0]), thread=np.zeros(180, dtype=np.int64))

    found = compare_moods(estimate_mood(one), estimate_mood(checked_messages(TABLE, [0, 0, 0])))

    assert (found.verdict, found.reasons) == ("not_estimable", ("too_few_threads",))


def test_a_change_without_a_mood_is_not_estimable() -> None:
    usual = estimate_mood(checked_messages(TABLE, [30, 300, 50]))

    found = compare_moods(usual, estimate_mood(make_messages(0)))

    assert (found.verdict, found.reasons) == ("not_estimable", ("no_messages",))
    assert found.negative.estimate is None


def test_no_criticism_in_two_ranges_is_no_certain_change() -> None:
    happy = estimate_mood(make_messages(3, rating=np.full(3, 5.0)))

    assert compare_moods(happy, happy).verdict == "not_estimable"


def test_the_threshold_counts_as_criticism() -> None:
    sentiment = np.array([-0.25, -0.24, 0.25, 0.24, np.nan])

    assert said_class(sentiment, -0.25).tolist() == [0, 1, 2, 1, 3]
    with pytest.raises(ValueError, match="threshold"):
        said_class(sentiment, 0.1)


def test_a_check_or_stars_decide_what_criticism_is() -> None:
    messages = make_messages(
        4,
        sentiment=np.array([-0.9, 0.9, 0.9, np.nan]),
        checked=np.array([0.5, -0.5, np.nan, np.nan]),
        rating=np.array([np.nan, np.nan, 2.0, np.nan]),
    )

    assert is_criticism(messages, -0.25).tolist() == [False, True, True, False]
