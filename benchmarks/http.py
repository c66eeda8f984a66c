"""Requests through the deployed entry point, compared with the minimum work of ingestion.

    .venv/bin/python -m benchmarks.http [--profile]

*Request*: ``app.app(event, context)`` with the event of API Gateway for ``POST /v1/events``, 500
events as JSON (in Base64, as the deployed gateway sends them): likes by people, purchases with
values, and costs. It includes authentication, rate limit, parsing, validation, hashing of people,
batches and the answer. The clients of DynamoDB and S3 are stubs. *Floor*: pydantic's validation
(`events.parse_event`) of the same decoded events and their items (`event_items.to_item`), without
JSON, hashes and batches. Both take turns in one process in alternating order, with new times for
each request; the ratio is the median of the pairs.

``GET /v1/roi``: time of the handler for a fit of the demo brand, with different ranges and
channels.
"""

from __future__ import annotations

import argparse
import cProfile
import datetime as dt
import gc
import json
import os
import pstats
import random
import statistics
import time
from collections.abc import Sequence
from typing import Any

import app
from benchmarks.stub_store import StubSession
from chalicelib import wiring
from chalicelib.demo.brand import BRAND, simulate
from chalicelib.demo.brand_data import event_lines
from chalicelib.model.events import parse_event
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.storage import event_items, table_keys
from chalicelib.storage.event_items import to_item
from chalicelib.storage.fit_items import FitHeader
from infra.lambda_runtime import events

TENANT = "bench"
PER_REQUEST = 500
REQUESTS = 8
PAIRS = 15
QUESTIONS = 600
EVENTS_A_SECOND = 2_000
TIMES_THE_FLOOR = 1.5
ROI_MILLISECONDS = 50.0
SEED = 7
FIT_ID = "20260101T000000Z-0000000a"
SECRET = "a root secret for benchmarks"  # noqa: S105 - of a store that keeps nothing

Raw = dict[str, Any]


class Context:
    """The context that Lambda passes with an event."""

    aws_request_id = "66666666-7777-4888-8999-000000000000"


def events_of(draw: random.Random, first: int, now: dt.datetime) -> list[Raw]:
    """The events of a request; of ten events, seven are likes, two purchases and one a cost."""
    made = []
    for number in range(first, first + PER_REQUEST):
        when = now - dt.timedelta(seconds=draw.randrange(3 * 86_400))
        common = {
            "event_id": f"{number:08d}-3f2a-4c1e",
            "occurred_at": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        }
        match number % 10:
            case 9:
                amount = {"amount": f"{draw.randrange(1, 90_000) / 100:.2f}", "currency": "EUR"}
                made.append(common | {"kind": "cost", "channel": "facebook", "amount": amount})
            case 7 | 8:
                value = {"amount": f"{draw.randrange(500, 20_000) / 100:.2f}", "currency": "EUR"}
                made.append(
                    common
                    | {"kind": "conversion", "goal": "purchase", "value": value}
                    | {"user_id": f"person-{draw.randrange(5_000)}@example.com"}
                )
            case _:
                made.append(
                    common
                    | {"kind": "engagement", "channel": "facebook", "type": "like"}
                    | {"user_id": f"person-{draw.randrange(5_000)}@example.com"}
                    | {"content_id": f"post-{draw.randrange(50)}"}
                )
    return made


def answered(event: Raw) -> Raw:
    """The body of the answer; SystemExit if the request fails."""
    answer = app.app(event, Context())
    if answer["statusCode"] != 200:
        raise SystemExit(f"{answer['statusCode']}: {answer['body']}")
    body: Raw = json.loads(answer["body"])
    return body


def request_seconds(requests: Sequence[Raw]) -> float:
    """Seconds that requests take."""
    _forget_times()
    began = time.perf_counter()
    for request in requests:
        app.app(request, Context())
    return time.perf_counter() - began


def floor_seconds(batches: Sequence[Sequence[Raw]]) -> float:
    """Seconds that validation and items of the same events take."""
    _forget_times()
    began = time.perf_counter()
    for batch in batches:
        for raw in batch:
            to_item(TENANT, parse_event(raw), 4, 1095)
    return time.perf_counter() - began


def _forget_times() -> None:
    """Requests with different times, so that no parsed time is cached."""
    event_items._ttl.cache_clear()
    table_keys._clock.cache_clear()


def measure_ingestion(session: StubSession, key: str, *, profile: bool) -> None:
    """Print the line about ``POST /v1/events``."""
    draw, now = random.Random(SEED), dt.datetime.now(dt.UTC)  # noqa: S311 - a made-up load
    batches = [events_of(draw, PER_REQUEST * n, now) for n in range(REQUESTS)]
    requests = [events.request("POST", "/v1/events", key, {"events": batch}) for batch in batches]
    for request in requests:  # warm up, and check that all events are accepted
        before = session.dynamodb.written
        if answered(request)["accepted"] != PER_REQUEST:
            raise SystemExit("events are refused")
        if session.dynamodb.written - before != PER_REQUEST:
            raise SystemExit("events do not reach the store")
    if profile:
        _profile(lambda: request_seconds(requests))
        return
    gc.freeze()
    ratios, speeds = [], []
    for pair in range(PAIRS):
        if pair % 2:
            taken, floor = request_seconds(requests), floor_seconds(batches)
        else:
            floor, taken = floor_seconds(batches), request_seconds(requests)
        ratios.append(taken / floor)
        speeds.append(REQUESTS * PER_REQUEST / taken)
    ratio, speed = statistics.median(ratios), statistics.median(speeds)
    print(
        f"POST /v1/events  {speed:9,.0f} events/s (bar {EVENTS_A_SECOND:,}: "
        f"{_held(speed >= EVENTS_A_SECOND)})   {ratio:.2f} x floor, {min(ratios):.2f} to "
        f"{max(ratios):.2f} (bar {TIMES_THE_FLOOR}: {_held(ratio <= TIMES_THE_FLOOR)})",
        flush=True,
    )


def keep_a_fit() -> tuple[Raw, int]:
    """Store a fit of the demo brand for `GET /v1/roi`; return its size as JSON."""
    now = dt.datetime.now(dt.UTC)
    fits = wiring.store(TENANT).fits
    history = simulate(BRAND, SEED, today=now.date())
    document = fit_events(
        (parse_event(json.loads(line)) for line in event_lines(history)),
        window=(history.first_day, history.last_day),
        currency="EUR",
        as_of=now,
        fit_id=FIT_ID,
    )
    fits.add(
        FitHeader(
            FIT_ID,
            requested_at=now.isoformat(),
            window_from=history.first_day.isoformat(),
            window_to=history.last_day.isoformat(),
            status="done",
            goals=tuple(document["goals"]),
        )
    )
    fits.put_document(FIT_ID, document)
    return document, len(json.dumps(document))


def measure_roi(key: str, *, profile: bool) -> None:
    """Print the line about ``GET /v1/roi``."""
    document, size = keep_a_fit()
    first = dt.date.fromisoformat(document["window"]["from"])
    days = (dt.date.fromisoformat(document["window"]["to"]) - first).days
    whole = answered(events.request("GET", "/v1/roi", key))
    channels = [one["channel"] for one in whole["channels"]]
    draw = random.Random(SEED)  # noqa: S311 - made-up questions
    questions = []
    for number in range(QUESTIONS):
        start = draw.randrange(days - 14)
        end = draw.randrange(start + 13, days + 1)
        path = f"/v1/roi?from={first + dt.timedelta(start)}&to={first + dt.timedelta(end)}"
        path += f"&channel={draw.choice(channels)}" if number % 4 == 3 else ""
        questions.append(events.request("GET", path if number % 2 else "/v1/roi", key))
    for question in questions[:8]:
        answered(question)
    if profile:
        _profile(lambda: [app.app(question, Context()) for question in questions])
        return
    gc.freeze()
    taken = []
    for question in questions:
        began = time.perf_counter()
        app.app(question, Context())
        taken.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    print(
        f"GET /v1/roi      p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, most {max(taken):.1f} ms "
        f"of {len(taken)} (bar p99 {ROI_MILLISECONDS:.0f} ms: "
        f"{_held(cuts[98] < ROI_MILLISECONDS)})   {len(channels)} channels, "
        f"fit of {size / 1000:,.0f} kB",
        flush=True,
    )


def _held(yes: bool) -> str:
    return "held" if yes else "MISSED"


def _profile(work: Any) -> None:
    profiler = cProfile.Profile()
    profiler.runcall(work)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(22)


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true", help="print a profile instead")
    profile = parser.parse_args().profile
    os.environ["LIKEWORTH_SECRET"] = SECRET
    session = StubSession()
    wiring.use_session(session)
    now = dt.datetime.now(dt.UTC)
    store = wiring.store(TENANT)
    measure_ingestion(session, create_key(store, "ingest", now=now), profile=profile)
    measure_roi(create_key(store, "read", now=now), profile=profile)


if __name__ == "__main__":
    main()
