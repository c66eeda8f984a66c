"""`make capacity`: write capacity per event on the HTTP and the import path, measured.

The application as it is deployed, on DynamoDB Local, which reports consumed capacity; the bucket
and the queues are moto's. Reads count as DynamoDB bills them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from chalice.test import Client
from moto import mock_aws

from chalicelib import wiring, workers
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.services.imports import list_imports
from infra import dynamodb_local
from tests.conftest import BUCKET, REGION, TABLE, create_table

TENANT = "acme"
PER_REQUEST = 500
SECRET = "a root secret for measuring"  # of an emulator that ends with the run  # nosec B105


class Meter:
    """Adds up the capacity that calls consume, under a label."""

    def __init__(self) -> None:
        self.label = "set-up"
        self.used: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))

    def attach(self, client: Any) -> None:
        """Have every call of a DynamoDB client metered."""
        client.meta.events.register("provide-client-params.dynamodb", self._ask)
        client.meta.events.register("after-call.dynamodb", self._add)

    @contextmanager
    def measuring(self, label: str) -> Iterator[dict[str, float]]:
        """Book what is used inside under `label`."""
        before, self.label = self.label, label
        try:
            yield self.used[label]
        finally:
            self.label = before

    def _ask(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
        if "ReturnConsumedCapacity" not in model.input_shape.members:
            return params
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def _add(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        used = parsed.get("ConsumedCapacity") or []
        writes = "Write" in model.name or model.name in ("PutItem", "UpdateItem", "DeleteItem")
        for one in used if isinstance(used, list) else [used]:
            self.used[self.label]["write" if writes else "read"] += one["CapacityUnits"]


class MixedSession:
    """DynamoDB from DynamoDB Local, everything else from moto."""

    def __init__(self, endpoint: str, meter: Meter) -> None:
        self._session = boto3.Session("local", "local", region_name=REGION)
        self._endpoint = endpoint
        self._meter = meter

    def client(self, name: str, **options: Any) -> Any:
        """As `boto3.Session.client`."""
        if not name.startswith("dynamodb"):
            return self._session.client(name, **options)
        made = self._session.client(name, **options, endpoint_url=self._endpoint)
        if name == "dynamodb":
            self._meter.attach(made)
        return made


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="make capacity")
    parser.add_argument("--requests", type=int, default=20, help="of 500 events each")
    parser.add_argument("--rows", type=int, default=5000, help="of the export file")
    options = parser.parse_args()
    meter = Meter()
    emulator = dynamodb_local.install()
    with dynamodb_local.running(emulator) as endpoint, mock_aws():
        session = MixedSession(endpoint, meter)
        create_table(session.client("dynamodb"))
        session.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        os.environ |= {"LIKEWORTH_SECRET": SECRET, "LIKEWORTH_TABLE": TABLE}
        wiring.use_session(session)
        now = dt.datetime.now(dt.UTC)
        key = create_key(wiring.store(TENANT), "admin", now=now)
        posted = _post(meter, key, options.requests, now)
        imported = _import(meter, options.rows, now)
        derived = _derive(meter, session, now)
        _answer(meter, key)
    _report(meter, posted, imported, derived)


def _post(meter: Meter, key: str, requests: int, now: dt.datetime) -> int:
    """POST identified engagements over ten days, 500 a request."""
    import app

    draw = random.Random(1)  # noqa: S311 - a made-up load  # nosec B311
    number = 0
    with Client(app.app) as client, meter.measuring("POST /v1/events"):
        for _ in range(requests):
            events = []
            for _ in range(PER_REQUEST):
                number += 1
                when = now - dt.timedelta(seconds=draw.randrange(10 * 86_400))
                events.append(
                    {
                        "kind": "engagement",
                        "event_id": f"capacity-{number}",
                        "occurred_at": when.isoformat(),
                        "channel": "facebook",
                        "type": "like",
                        "user_id": f"person-{draw.randrange(2000)}@example.com",
                        "content_id": f"post-{draw.randrange(50)}",
                    }
                )
            answer = client.http.post(
                "/v1/events",
                headers={"x-api-key": key, "content-type": "application/json"},
                body=json.dumps({"events": events}).encode(),
            )
            if answer.json_body["accepted"] != PER_REQUEST:
                raise SystemExit(f"not accepted: {answer.body!r}")
    return number


def _import(meter: Meter, rows: int, now: dt.datetime) -> int:
    """Drop a daily campaign report and run the import function on S3's notification."""
    days, campaigns = 50, rows // 50
    first = now.date() - dt.timedelta(days=days)
    lines = ["Campaign report", f"{first:%-d %B %Y} - {now.date():%-d %B %Y}"]
    lines.append("Campaign,Day,Currency code,Cost,Clicks,Impr.")
    for day in range(days):
        lines += [
            f"Campaign {n},{first + dt.timedelta(days=day)},EUR,{n % 9}.50,{n % 5 + 1},{n + 30}"
            for n in range(campaigns)
        ]
    key = f"imports/{TENANT}/report.csv"
    wiring.client("s3").put_object(Bucket=BUCKET, Key=key, Body="\n".join(lines).encode())
    told = {
        "eventName": "ObjectCreated:Put",
        "eventTime": now.isoformat(),
        "s3": {"bucket": {"name": BUCKET}, "object": {"key": key}},
    }
    records = [{"messageId": "1", "body": json.dumps({"Records": [told]})}]
    with meter.measuring("import from S3"):
        failed = workers.run_imports({"Records": records}, now=now, seconds_left=lambda: 600.0)
    (done,) = list_imports(wiring.store(TENANT), limit=10)[0]
    if failed["batchItemFailures"] or done.state != "done":
        raise SystemExit(f"the import did not end: {failed} {done}")
    return int(done.events)


def _derive(meter: Meter, session: MixedSession, now: dt.datetime) -> int:
    """Feed every stream record to the aggregate function, 1,000 a batch."""
    streams = session.client("dynamodbstreams")
    arn = wiring.client("dynamodb").describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    total = 0
    with meter.measuring("day totals"):
        for shard in shards:
            iterator = streams.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while iterator:
                page = streams.get_records(ShardIterator=iterator, Limit=1000)
                if not page["Records"]:
                    break
                total += len(page["Records"])
                workers.derive_totals({"Records": page["Records"]}, now=now)
                iterator = page.get("NextShardIterator")
    return total


def _answer(meter: Meter, key: str) -> None:
    """What one question costs to answer, monitoring over 30 days being the dearest kind."""
    import app

    with Client(app.app) as client, meter.measuring("GET /v1/timeseries, 30 days"):
        answer = client.http.get(
            "/v1/timeseries?metric=engagements&group_by=channel", headers={"x-api-key": key}
        )
    if answer.status_code != 200:
        raise SystemExit(f"no answer: {answer.body!r}")


def _report(meter: Meter, posted: int, imported: int, derived: int) -> None:
    print(f"{'path':<28} {'events':>8} {'WCU':>10} {'WCU/event':>10} {'RCU':>9} {'RCU/event':>10}")
    for label, events in (
        ("POST /v1/events", posted),
        ("import from S3", imported),
        ("day totals", derived),
        ("GET /v1/timeseries, 30 days", 1),
    ):
        used = meter.used[label]
        write, read = used["write"], used["read"]
        print(
            f"{label:<28} {events:>8,} {write:>10,.1f} {write / events:>10.4f} "
            f"{read:>9,.1f} {read / events:>10.4f}"
        )


if __name__ == "__main__":
    main()
