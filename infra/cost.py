"""`make cost`: the monthly AWS bill of an installation, by list prices.

    python -m infra.cost [--events 10000000] [--answers 30000] [--region eu-central-1]

The usage of an event, a request and an answer was measured once (docs/cost.md has when and how) and
is recorded here. Without `--events`, this prints the tables of docs/cost.md.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.api.api_function import API
from chalicelib.functions import Function
from chalicelib.settings import Settings
from chalicelib.telemetry import METRICS
from chalicelib.workers.fit_worker import FIT
from chalicelib.workers.import_worker import IMPORT
from chalicelib.workers.totals_worker import AGGREGATE, CHANGES
from infra.stack import resources
from infra.stack.lambdas import FUNCTIONS

MILLION = 1_000_000
GB = 2**30
DAYS = 30
SECONDS = DAYS * 86_400


@dataclass(frozen=True, slots=True)
class Prices:
    """List prices of a region in US dollars: first paid tier, without free tier and taxes."""

    write_units: float
    read_units: float
    """DynamoDB on demand, per million."""
    kept_gb: float
    """DynamoDB, per GB and month, with point-in-time recovery."""
    gateway: float
    """API Gateway, per million requests to a REST API."""
    log_gb: float
    """CloudWatch, per GB of logs ingested."""
    s3_write: float
    """S3, per thousand PUT requests."""
    lambda_requests: float = 0.20
    """Per million."""
    lambda_gb_second: float = 0.0000166667
    sqs: float = 0.40
    """Per million requests."""
    internet_gb: float = 0.09
    alarm: float = 0.10
    """Per month, like the next prices."""
    metric: float = 0.30
    dashboard: float = 3.00
    kms_key: float = 1.00
    secret: float = 0.40
    secret_calls: float = 0.05
    """Per ten thousand."""


PRICES = {
    "us-east-1": Prices(0.625, 0.125, 0.45, 3.50, 0.50, 0.005),
    "eu-central-1": Prices(0.7625, 0.1525, 0.5508, 3.70, 0.63, 0.0054),
}
"""As of 2024-12-01; docs/cost.md has the sources."""


@dataclass(frozen=True, slots=True)
class Work:
    """Usage of one request or event: units and calls of DynamoDB, and seconds of a whole core."""

    writes: float
    reads: float
    calls: float
    core_seconds: float


PER_REQUEST = 500
REQUEST_OF_500 = Work(500.3333, 1.0, 21.3333, 0.066463)
REQUEST_OF_ONE = Work(1.0433, 1.0, 2.0433, 0.001335)
IMPORTED_EVENT = Work(1.0013, 0.0002, 0.0417, 0.000127)
TOTALS_OF_QUIET_SHARD = Work(0.2317, 2.0972, 0.8091, 0.002466)
TOTALS_OF_BUSY_SHARD = Work(0.0030, 0.1818, 0.0313, 0.000213)
STREAM_RECORD = Work(0.0, 0.0005, 0.0010, 0.000003)
EVENT_READ_BY_FIT = Work(0.0, 0.0186, 0.0004, 0.000033)
ANSWER = Work(0.1, 3.25, 2.6, 0.0062)
"""The mean of ``GET /v1/roi`` and ``GET /v1/timeseries`` of 30 days."""

FIT_SECONDS = 5.0
"""Duration of a fit in addition to reading its events."""

ITEM_BYTES = 262
"""Size of a stored event, including the 100 bytes that DynamoDB adds."""

ANSWER_BYTES = 2_000

CORE_MEGABYTES = 1769
"""Memory at which a Lambda function has a whole core; below, its share is proportional."""

CALL_SECONDS = 0.010
LOG_BYTES = 600
"""Log size of one call."""

IMPORTED_SHARE = 0.2
FILE_EVENTS = 10_000
POLLERS = 5
POLL_SECONDS = 20
STREAM_SHARDS = 4
SECRET_CALLS = 10_000
BUSY_SHARD_EVENTS = 1_000
"""Events a day; the totals of smaller shards are derived every quarter of an hour."""

SIZES = {100_000: 3_000, 10 * MILLION: 30_000, 300 * MILLION: 300_000}
"""Events and answers a month of the installations on the page."""


def month(events: float, answers: float, prices: Prices) -> dict[str, float]:
    """Dollars a month by item, for one tenant in the last year of the retention."""
    given = Settings()
    imported = IMPORTED_SHARE * events
    fitted = events / DAYS * given.fit_window_days
    kept = events / DAYS * given.retention_days
    return {
        "answers": _answers(answers, prices),
        "day totals": _totals(events, events / DAYS / given.shards, prices),
        "events by HTTP": by_http(events - imported, REQUEST_OF_500, PER_REQUEST, prices),
        "events by import": by_import(imported, prices),
        "fits": DAYS
        * (
            _work(FIT, EVENT_READ_BY_FIT, fitted, prices)
            + _work(FIT, Work(0, 0, 0, FIT_SECONDS), 1, prices)
        ),
        "storage": kept * ITEM_BYTES / GB * prices.kept_gb,
        "fixed cost of the installation": at_rest(prices),
    }


def million(prices: Prices) -> dict[str, float]:
    """Dollars for recording a million events and their day totals, without storage."""
    ways = {
        "by HTTP, 500 per request": by_http(MILLION, REQUEST_OF_500, PER_REQUEST, prices),
        "by HTTP, one per request": by_http(MILLION, REQUEST_OF_ONE, 1, prices),
        "by import": by_import(MILLION, prices),
    }
    totals = _work(AGGREGATE, TOTALS_OF_BUSY_SHARD, MILLION, prices)
    stream = _work(AGGREGATE, STREAM_RECORD, MILLION, prices)
    return {way: dollars + totals + stream for way, dollars in ways.items()}


def by_http(events: float, work: Work, per_request: int, prices: Prices) -> float:
    """Dollars for events sent by HTTP, without their totals."""
    requests = events / per_request
    return (
        _work(API, work, requests, prices)
        + requests * (prices.gateway + prices.lambda_requests) / MILLION
        + requests * LOG_BYTES / GB * prices.log_gb
    )


def by_import(events: float, prices: Prices) -> float:
    """Dollars for events in files, without their totals; a file takes three calls of SQS."""
    files = events / FILE_EVENTS
    per_file = prices.s3_write / 1000 + (3 * prices.sqs + prices.lambda_requests) / MILLION
    return _work(IMPORT, IMPORTED_EVENT, events, prices) + files * per_file


def at_rest(prices: Prices) -> float:
    """Dollars a month of an installation without any tenant."""
    there = Counter(one.get("Type") for one in resources()["Resources"].values())
    queues = sum(one.queue is not None for one in FUNCTIONS)
    polls = queues * POLLERS * SECONDS / POLL_SECONDS
    return (
        there["AWS::CloudWatch::Alarm"] * prices.alarm
        + len(METRICS) * prices.metric
        + there["AWS::CloudWatch::Dashboard"] * prices.dashboard
        + there["AWS::KMS::Key"] * prices.kms_key
        + there["AWS::SecretsManager::Secret"] * prices.secret
        + SECRET_CALLS / 10_000 * prices.secret_calls
        + polls * prices.sqs / MILLION
    )


def _answers(number: float, prices: Prices) -> float:
    return (
        _work(API, ANSWER, number, prices)
        + number * (prices.gateway + prices.lambda_requests) / MILLION
        + number * ANSWER_BYTES / GB * prices.internet_gb
        + number * LOG_BYTES / GB * prices.log_gb
    )


def _totals(events: float, of_a_shard: float, prices: Prices) -> float:
    is_busy = of_a_shard >= BUSY_SHARD_EVENTS
    derived = TOTALS_OF_BUSY_SHARD if is_busy else TOTALS_OF_QUIET_SHARD
    windows = SECONDS / CHANGES.window_seconds * STREAM_SHARDS
    calls = max(events / CHANGES.batch_size, min(windows, events))
    return (
        _work(AGGREGATE, derived, events, prices)
        + _work(AGGREGATE, STREAM_RECORD, events, prices)
        + calls * prices.lambda_requests / MILLION
    )


def _work(function: Function, work: Work, times: float, prices: Prices) -> float:
    assert isinstance(function.megabytes, int)
    share = min(function.megabytes / CORE_MEGABYTES, 1.0)
    seconds = work.core_seconds / share + work.calls * CALL_SECONDS
    return times * (
        (work.writes * prices.write_units + work.reads * prices.read_units) / MILLION
        + seconds * function.megabytes / 1024 * prices.lambda_gb_second
    )


def _dollars(amounts: Iterable[float]) -> str:
    return " | ".join(f"{amount:,.2f}" for amount in amounts)


def tables() -> str:
    """The tables of docs/cost.md."""
    recorded = {region: million(prices) for region, prices in PRICES.items()}
    ways = next(iter(recorded.values()))
    lines = [f"| a million events | {' | '.join(PRICES)} |", "|---" + "|--:" * len(PRICES) + "|"]
    lines += [f"| {way} | {_dollars(one[way] for one in recorded.values())} |" for way in ways]
    for region, prices in PRICES.items():
        months = [month(events, answers, prices) for events, answers in SIZES.items()]
        sizes = " | ".join(f"{events / MILLION:g} million" for events in SIZES)
        lines += ["", f"| {region} | {sizes} |", "|---" + "|--:" * len(SIZES) + "|"]
        lines += [f"| {part} | {_dollars(one[part] for one in months)} |" for part in months[0]]
        lines += [f"| **a month** | {_dollars(sum(one.values()) for one in months)} |"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the tables, or the bill of one installation."""
    parser = argparse.ArgumentParser(prog="make cost", description=__doc__)
    parser.add_argument("--events", type=float, help="events a month")
    parser.add_argument("--answers", type=float, default=30_000, help="answers a month")
    parser.add_argument("--region", choices=PRICES, default="eu-central-1")
    given = parser.parse_args()
    if given.events is None:
        print(tables(), end="")
        return
    parts = month(given.events, given.answers, PRICES[given.region])
    for part, dollars in (parts | {"a month": sum(parts.values())}).items():
        print(f"{part:<32}{dollars:>12,.2f}")


if __name__ == "__main__":
    main()
