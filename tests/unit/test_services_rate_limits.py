"""Rate limits: admitted requests, number of writes, and the reported quota."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.errors import StoreUnavailable
from chalicelib.services.credentials.rate_limits import RETRY_SECONDS, Quota, RateLimiter

START = dt.datetime(2026, 3, 14, 10, 0, tzinfo=dt.UTC)


class CountsInMemory:
    """`RateCounts` in a dictionary."""

    def __init__(self) -> None:
        self.given: Counter[tuple[str, dt.datetime]] = Counter()
        self.writes = 0
        self.is_down = False

    def take(self, key_id: str, window: dt.datetime, requests: int) -> int:
        if self.is_down:
            raise StoreUnavailable("no answer")
        self.writes += 1
        self.given[key_id, window] += requests
        return self.given[key_id, window]


def processes(number: int, limit: int, counts: CountsInMemory | None = None) -> list[RateLimiter]:
    shared = counts or CountsInMemory()
    return [RateLimiter(limit, lambda _tenant: shared) for _ in range(number)]


def ask(limiter: RateLimiter, now: dt.datetime = START, key_id: str = "k") -> Quota:
    quota = limiter.admit("acme", key_id, now)
    assert quota is not None
    return quota


def at(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


schedules = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from([0.0, 0.0, 0.0, 0.5, 7.0, 59.0, 61.0])),
    max_size=300,
)


@given(limit=st.integers(1, 70), number=st.integers(1, 5), schedule=schedules)
def test_a_window_never_admits_more_than_the_limit_in_any_schedule(
    limit: int, number: int, schedule: list[tuple[int, float]]
) -> None:
    counts = CountsInMemory()
    limiters = processes(number, limit, counts)
    requested: Counter[dt.datetime] = Counter()
    admitted: Counter[dt.datetime] = Counter()
    seconds = 0.0
    for process, pause in schedule:
        seconds += pause
        window = at(seconds).replace(second=0, microsecond=0)
        requested[window] += 1
        quota = ask(limiters[process % number], at(seconds))
        admitted[window] += quota.is_admitted
        assert at(seconds + quota.reset_seconds) >= window + dt.timedelta(seconds=60)
        if number == 1:
            assert quota.is_admitted == (requested[window] <= limit)
            assert quota.remaining == max(0, limit - requested[window])
        elif not quota.is_admitted:
            assert admitted[window] > limit / 2
    for window in requested:
        assert admitted[window] <= min(limit, requested[window])
        assert number > 1 or admitted[window] == min(limit, requested[window])


def test_a_burst_over_many_idle_processes_is_admitted() -> None:
    for limiter in processes(300, 600):
        assert ask(limiter).is_admitted


def test_a_busy_process_makes_far_fewer_writes_than_requests() -> None:
    counts = CountsInMemory()
    (limiter,) = processes(1, 600, counts)
    assert all(ask(limiter).is_admitted for _ in range(600))
    assert counts.writes == 24  # 1 + 2 + 4 + 8 + 16 and nineteen times 30, the last in part
    assert not any(ask(limiter).is_admitted for _ in range(100))
    assert counts.writes == 24


def test_a_retry_after_the_given_delay_is_admitted() -> None:
    (limiter,) = processes(1, 3)
    for second in (0.0, 17.3, 59.9, 59.999_999):
        while (quota := ask(limiter, at(second))).is_admitted:
            pass
        assert ask(limiter, at(second + quota.reset_seconds)).is_admitted
        (limiter,) = processes(1, 3)


def test_each_key_has_its_own_limit() -> None:
    (limiter,) = processes(1, 1)
    assert ask(limiter, key_id="a").is_admitted
    assert not ask(limiter, key_id="a").is_admitted
    assert ask(limiter, key_id="b").is_admitted


def test_without_a_limit_requests_are_not_counted() -> None:
    counts = CountsInMemory()
    (limiter,) = processes(1, 0, counts)
    assert limiter.admit("acme", "k", START) is None
    assert counts.writes == 0


def test_requests_are_admitted_with_a_warning_while_the_store_is_unavailable(
    caplog: pytest.LogCaptureFixture,
) -> None:
    counts = CountsInMemory()
    (limiter,) = processes(1, 2, counts)
    counts.is_down = True
    with caplog.at_level(logging.WARNING):
        quotas = [ask(limiter, at(n / 100)) for n in range(5)]
    assert [(one.is_admitted, one.remaining) for one in quotas] == [(True, None)] * 5
    assert len(caplog.records) == 1  # the others did not wait for the store
    counts.is_down = False
    assert ask(limiter, at(RETRY_SECONDS - 0.1)).remaining is None
    assert ask(limiter, at(RETRY_SECONDS + 0.1)).remaining == 1


def test_a_late_thread_does_not_discard_the_lease_of_the_next_window() -> None:
    (limiter,) = processes(1, 40)
    assert ask(limiter, at(60.0)).remaining == 39
    assert ask(limiter, at(59.9)).remaining == 38
    assert ask(limiter, at(59.9)).reset_seconds == 61  # of the window that it was counted in


def test_threads_share_the_remaining_requests() -> None:
    class OneAtATime(CountsInMemory):
        def take(self, key_id: str, window: dt.datetime, requests: int) -> int:
            assert limiter._held["acme", key_id].lock.locked()
            return super().take(key_id, window, requests)

    (limiter,) = processes(1, 100, OneAtATime())
    with ThreadPoolExecutor(8) as pool:
        admitted = list(pool.map(lambda _: ask(limiter).is_admitted, range(400)))
    assert sum(admitted) == 100


def test_past_windows_are_removed_from_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.services.credentials.rate_limits._MAX_HELD", 10)
    (limiter,) = processes(1, 5)
    for number in range(50):
        ask(limiter, at(60.0 * number), key_id=f"k{number}")
    assert len(limiter._held) <= 10
