"""Response times with messages that still wait, on two clocks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from chalicelib.attribution.dialogue.messages import Messages
from chalicelib.attribution.dialogue.response import estimate_response
from chalicelib.attribution.dialogue.waiting_times import WaitingTimes
from chalicelib.attribution.dialogue.working_hours import WorkingHours
from tests.worlds.dialogue import FIRST_DAY, RESPONSE_WORLDS, make_messages, simulate_response

OFFICE = WorkingHours.parse("mon-fri/09:00-17:00/Europe/Berlin")


def criticism(
    hours: list[float], *, age: float = 10.0, **columns: object
) -> tuple[Messages, float]:
    """Critical messages that are `age` days old, with the hours until the reply (NaN: none)."""
    n = len(hours)
    filled = {
        "time": np.full(n, FIRST_DAY),
        "sentiment": np.full(n, -0.8),
        "reply_time": FIRST_DAY + np.array(hours) / 24.0,
        "has_replies": True,
    } | columns
    return make_messages(n, **filled), FIRST_DAY + age


def days_of(text: str) -> float:
    return float((np.datetime64(text) - np.datetime64("1970-01-01T00:00")) / np.timedelta64(1, "D"))


def test_without_waiting_messages_the_estimate_is_the_share_of_answers() -> None:
    found = estimate_response(*criticism([0.5, 0.6, 5.0, 6.0, 7.0, 8.0, 20.0, 30.0, 40.0, 50.0]))

    assert found.customer.within_1h.estimate == pytest.approx(0.2)
    assert found.customer.within_24h.estimate == pytest.approx(0.7)
    assert found.customer.median_hours.estimate == pytest.approx(7.0)
    assert found.customer.p90_hours.estimate == pytest.approx(40.0)
    assert (found.criticism, found.answered, found.waiting) == (10, 10, 0)
    assert found.team is None


def test_curve_and_error_are_those_of_statsmodels_if_threads_have_one_message() -> None:
    """To 1 % of the error: Greenwood's formula has d / (Y (Y - d)) where threads have d / Y^2."""
    data = simulate_response(RESPONSE_WORLDS["response_steady"], 5)
    hours = 24 * (np.fmin(data.messages.reply_time, data.as_of) - data.messages.time)
    answered = data.messages.reply_time <= data.as_of
    follow_up = 24 * (data.as_of - data.messages.time)
    reference = SurvfuncRight(hours, answered)
    at = int(np.searchsorted(reference.surv_times, 24.0, side="right")) - 1

    times = WaitingTimes.of(hours, answered, follow_up, data.messages.thread)
    found = times.within(24.0)

    assert found.estimate == pytest.approx(1 - reference.surv_prob[at])
    cumulative = np.sqrt(times._variance(np.array([24.0]))[0])
    assert cumulative == pytest.approx(
        reference.surv_prob_se[at] / reference.surv_prob[at], rel=0.01
    )


def test_waiting_messages_are_not_left_out() -> None:
    found = estimate_response(*criticism([1.0] * 10 + [np.nan] * 10))

    assert found.customer.within_24h.estimate == pytest.approx(0.5)
    assert (found.answered, found.waiting) == (10, 10)


def test_a_quantile_that_is_not_reached_is_null() -> None:
    found = estimate_response(*criticism([1.0, 2.0, 3.0] + [np.nan] * 17))

    assert found.customer.median_hours.estimate is None
    assert found.customer.median_hours.ci_high is None
    assert found.customer.p90_hours.estimate is None


def test_no_answer_within_a_day_still_has_an_upper_limit() -> None:
    found = estimate_response(*criticism([np.nan] * 20)).customer.within_24h

    assert (found.estimate, found.ci_low) == (0.0, 0.0)
    assert found.ci_high == pytest.approx(1 - 0.025 ** (1 / 20))


def test_answers_to_all_still_have_a_lower_limit() -> None:
    found = estimate_response(*criticism([1.0] * 20)).customer.within_24h

    assert (found.estimate, found.ci_high) == (1.0, 1.0)
    assert found.ci_low == pytest.approx(0.025 ** (1 / 20))


def test_threads_that_are_answered_at_once_widen_the_interval() -> None:
    hours = [float(h) for h in np.repeat([2.0, 12.0, 30.0, 40.0, 50.0, 20.0], 10)]
    alone, as_of = criticism(hours)
    threads = replace(alone, thread=np.repeat(np.arange(6), 10))

    single = estimate_response(alone, as_of).customer.within_24h
    together = estimate_response(threads, as_of)

    assert together.customer.within_24h.estimate == single.estimate
    assert together.customer.within_24h.ci_low is not None
    assert single.ci_low is not None
    assert together.customer.within_24h.ci_low < single.ci_low - 0.1
    assert together.threads == pytest.approx(6.0)
    assert estimate_response(replace(threads, thread=threads.thread // 2), as_of).warnings == (
        "few_threads",
    )


def test_data_without_any_reply_are_rejected() -> None:
    messages, as_of = criticism([np.nan] * 30, has_replies=False)

    found = estimate_response(messages, as_of, OFFICE)

    assert found.reasons == ("no_replies_in_data",)
    assert found.customer.within_24h.estimate is None
    assert found.team is None
    assert (found.criticism, found.answered, found.waiting) == (30, 0, 0)


@pytest.mark.parametrize(("n", "reason"), [(0, "no_criticism"), (1, "too_few_criticisms")])
def test_little_criticism_is_rejected(n: int, reason: str) -> None:
    found = estimate_response(*criticism([1.0] * n))

    assert found.reasons == (reason,)
    assert found.customer.median_hours.estimate is None


def test_messages_that_nobody_called_negative_are_no_criticism() -> None:
    messages, as_of = criticism([1.0] * 20, sentiment=np.full(20, np.nan))

    assert estimate_response(messages, as_of).reasons == ("no_criticism",)


def test_future_replies_have_not_come_and_future_messages_do_not_count() -> None:
    messages, as_of = criticism([1.0] * 10 + [300.0] * 10 + [1.0])
    messages.time[-1] = as_of + 1.0
    messages.reply_time[-1] = as_of + 2.0

    found = estimate_response(messages, as_of)

    assert (found.criticism, found.answered, found.waiting) == (20, 10, 10)
    assert found.customer.within_24h.estimate == pytest.approx(0.5)


def test_a_reply_before_the_message_is_left_out_with_a_warning() -> None:
    found = estimate_response(*criticism([1.0] * 10 + [-5.0] * 3))

    assert found.criticism == 10
    assert found.warnings == ("reply_before_message",)
    assert found.customer.within_1h.estimate == 1.0


def test_criticism_of_today_says_nothing_about_a_day() -> None:
    found = estimate_response(*criticism([0.5] * 5 + [np.nan] * 10, age=0.25))

    assert found.customer.within_1h.estimate == pytest.approx(1 / 3)
    assert found.customer.within_24h.estimate is None
    assert found.warnings == ("criticism_too_young",)


def test_hours_of_the_team_end_in_the_evening() -> None:
    friday = days_of("2024-03-08T15:00")  # 16:00 in Berlin
    monday = days_of("2024-03-11T09:30")  # 10:30 in Berlin
    messages, _ = criticism([1.0] * 12)
    messages = replace(messages, time=np.full(12, friday), reply_time=np.full(12, monday))

    found = estimate_response(messages, monday + 30.0, OFFICE)

    assert found.team is not None
    assert found.team.median_hours.estimate == pytest.approx(2.5)
    assert found.customer.median_hours.estimate == pytest.approx(66.5)


@pytest.mark.parametrize(
    ("text", "start", "end", "hours"),
    [
        # Berlin is an hour ahead of UTC in winter, two hours in summer
        ("mon-sun/00:00-24:00/Europe/Berlin", "2024-03-29T12:00", "2024-04-01T12:00", 72.0),
        ("mon-fri/09:00-17:00/Europe/Berlin", "2024-03-29T08:00", "2024-04-01T08:00", 9.0),
        ("sat-mon/09:00-10:00/UTC", "2024-03-08T00:00", "2024-03-15T00:00", 3.0),
        ("mon,wed/09:00-17:30/UTC", "2024-03-11T00:00", "2024-03-18T00:00", 17.0),
        ("sun/02:00-03:00/Europe/Berlin", "2024-03-30T00:00", "2024-04-01T00:00", 0.0),
    ],
)
def test_working_hours_pass_only_while_the_team_works(
    text: str, start: str, end: str, hours: float
) -> None:
    first, last = WorkingHours.parse(text).hours_until(np.array([days_of(start), days_of(end)]))

    assert last - first == pytest.approx(hours, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mon-fri",
        "mon-fri/9-17/Europe/Berlin",
        "mon-fry/09:00-17:00/Europe/Berlin",
        "mon-fri/17:00-09:00/Europe/Berlin",
        "mon-fri/09:00-24:30/Europe/Berlin",
        "mon-fri/09:70-17:00/Europe/Berlin",
        "mon-fri/09:00-17:00/Atlantis",
        "mon-fri/09:00-17:00/../etc",
        "mon-/09:00-17:00/UTC",
    ],
)
def test_other_forms_of_working_hours_are_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"working hours|unknown"):
        WorkingHours.parse(text)


def test_no_moments_have_no_hours() -> None:
    assert OFFICE.hours_until(np.zeros(0)).size == 0


def test_messages_decades_apart_are_rejected() -> None:
    with pytest.raises(ValueError, match="40 years"):
        OFFICE.hours_until(np.array([0.0, 1e6]))
