"""Records in Lambda: metrics in CloudWatch's format, log lines with known fields only."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from chalicelib import telemetry, wiring, workers
from chalicelib.model.errors import StoreUnavailable
from chalicelib.services.fitting.fits import request_fit
from chalicelib.services.privacy import erasures
from chalicelib.services.privacy.erasures import erase_person
from chalicelib.settings import lambda_function
from chalicelib.storage.tenant_store import TenantStore
from tests import packaged, policies
from tests.api.conftest import caller, client
from tests.conftest import Cloud, session
from tests.factories import NOW, make_event, recently
from tests.packaged import ROOT
from tests.policies import Call
from tests.unit.test_infra_alarms import HANDBOOK, dashboard, watched
from tests.unit.test_workers import ADS, arrived, sqs_event

__all__ = ["client"]  # a fixture


def an_object(required: list[str], **properties: Any) -> dict[str, Any]:
    """The schema of an object without other fields."""
    closed = {"type": "object", "additionalProperties": False}
    return closed | {"required": required, "properties": properties}


def a_list(items: dict[str, Any], at_least: int, at_most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": at_least, "maxItems": at_most}


METRIC = an_object(
    ["Name", "Unit"], Name={"enum": sorted(telemetry.METRICS)}, Unit={"enum": ["Count", "None"]}
)
DIMENSIONS = a_list({"enum": ["service", "function"]}, 2, 2) | {"uniqueItems": True}
DIRECTIVE = an_object(
    ["Namespace", "Dimensions", "Metrics"],
    Namespace={"const": "Likeworth"},
    Dimensions=a_list(DIMENSIONS, 1, 1),
    Metrics=a_list(METRIC, 1, 100),
)
FUNCTIONS = {
    "app": "api",
    "import_handler": "import",
    "fit_handler": "fit",
    "fit_part_handler": "fit_part",
    "fit_merge_handler": "fit_merge",
    "analysis_handler": "analysis",
    "aggregate_handler": "aggregate",
    "totals_handler": "totals",
    "schedule_handler": "schedule",
}
"""Handler in `app` -> the function that lines and metrics name."""

EMF = an_object(
    ["_aws", "service", "function"],
    _aws=an_object(
        ["Timestamp", "CloudWatchMetrics"],
        Timestamp={"type": "integer", "minimum": 1_600_000_000_000},
        CloudWatchMetrics=a_list(DIRECTIVE, 1, 1),
    ),
    service={"const": "likeworth"},
    function={"enum": list(FUNCTIONS.values())},
) | {"additionalProperties": {"anyOf": [{"type": "number"}, a_list({"type": "number"}, 1, 100)]}}
"""The part of CloudWatch's embedded metric format that we use; it allows nothing else."""


def in_the_handbook(section: str) -> set[str]:
    """Names in the first column of a table in docs/operations.md."""
    table = HANDBOOK.partition(f"### {section}\n")[2].partition("\n###")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    return set(re.findall(r"`(\w+)`", " ".join(rows)))


FIELDS = in_the_handbook("Log lines")
"""Every allowed field of a log line."""


class Lambda:
    """Makes this process look like a Lambda process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def serve(self, handler: str) -> None:
        """Be the process of a handler of `app`."""
        self._monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "likeworth-x")
        self._monkeypatch.setenv("_HANDLER", f"app.{handler}")
        telemetry.reset()

    def lines(self) -> list[dict[str, Any]]:
        """The lines printed since the last call; all must be JSON."""
        return [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]


def metrics_of(lines: list[dict[str, Any]]) -> dict[str, float]:
    """Values by name, from lines in CloudWatch's format."""
    found: dict[str, float] = {}
    for line in lines:
        if "_aws" not in line:
            continue
        jsonschema.validate(line, EMF)
        for one in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
            value = line[one["Name"]]
            assert one["Unit"] == telemetry.METRICS[one["Name"]]
            assert one["Name"] not in found
            found[one["Name"]] = sum(value) if isinstance(value, list) else value
    return found


def log_lines(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Log lines; each must have only known fields."""
    found = [line for line in lines if "_aws" not in line]
    for line in found:
        assert set(line) <= FIELDS
    return found


@pytest.fixture
def process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], loggers_kept: None
) -> Iterator[Lambda]:
    """A Lambda process without a handler."""
    yield Lambda(monkeypatch, capsys)
    monkeypatch.undo()
    telemetry.reset()


def test_a_process_records_the_function_that_it_serves() -> None:
    declared = {
        one["Properties"]["Handler"]
        for one in packaged.template()["Resources"].values()
        if one["Type"] == "AWS::Serverless::Function"
    }
    assert {f"app.{handler}" for handler in FUNCTIONS} <= declared
    for handler, function in FUNCTIONS.items():
        given = {"AWS_LAMBDA_FUNCTION_NAME": "x", "_HANDLER": f"app.{handler}"}
        assert lambda_function(given) == function
        assert lambda_function({"_HANDLER": f"app.{handler}"}) is None


def test_a_request_is_logged_by_its_route_and_counted(process: Lambda, client: Any) -> None:
    sender = caller(client, "ingest")
    process.serve("app")
    sender.events(make_event(occurred_at=recently(days=1)), {"kind": "none"})
    lines = process.lines()
    (line,) = log_lines(lines)
    assert (line["tenant"], line["function"]) == ("acme", "api")
    assert line["key_id"] == sender.key.removeprefix("lw_acme.").partition(".")[0]
    assert (line["method"], line["route"], line["status"]) == ("POST", "/v1/events", 200)
    assert line["request_id"]
    assert isinstance(line["milliseconds"], int)
    assert metrics_of(lines) == {"Requests": 1, "EventsAccepted": 1, "EventsRejected": 1}


def test_no_field_of_a_request_remains_for_the_next(process: Lambda, client: Any) -> None:
    reader = caller(client, "read")
    process.serve("app")
    assert reader.get("/v1/fits/nobody").status_code == 404
    (line,) = log_lines(process.lines())
    assert (line["route"], line["code"]) == ("/v1/fits/{fit_id}", "not_found")
    assert client.http.get("/v1/health").status_code == 200
    lines = process.lines()
    (line,) = log_lines(lines)
    assert not {"tenant", "key_id", "code"} & set(line)
    assert metrics_of(lines) == {"Requests": 1}


def test_events_that_cannot_be_stored_are_counted(
    process: Lambda, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = caller(client, "ingest")
    process.serve("app")

    rejection = {"index": 3, "event_id": None, "code": "missing", "message": "kind is missing"}

    def fail(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("no", not_stored=(1, 2), accepted=1, rejected=(rejection,))

    monkeypatch.setattr("chalicelib.api.views.event_views.record_events", fail)
    assert sender.events({}, {}, {}, {}).status_code == 503
    lines = process.lines()
    assert metrics_of(lines) == {
        "Requests": 1,
        "ServerErrors": 1,
        "StoreUnavailable": 1,
        "EventsAccepted": 1,
        "EventsRejected": 1,
        "EventsHandedBack": 2,
    }
    assert {line["code"] for line in log_lines(lines) if "status" in line} == {"store_unavailable"}


def test_an_unexpected_exception_is_logged_with_its_place_without_its_message(
    process: Lambda, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = caller(client, "admin")
    process.serve("app")

    def fail(*_: Any, **__: Any) -> None:
        error = KeyError("mary@example.org")
        error.add_note("mary@example.org")
        raise error

    monkeypatch.setattr("chalicelib.services.privacy.erasures.erase_person", fail)
    assert admin.call("DELETE", "/v1/users/mary@example.org").status_code == 500
    lines = process.lines()
    assert metrics_of(lines) == {"Requests": 1, "ServerErrors": 1}
    assert lines[-2]["route"] == "/v1/users/{user_id}"
    assert "mary" not in json.dumps(lines)
    (failure,) = [line for line in log_lines(lines) if "exception" in line]
    assert failure["exception_name"] == "KeyError"
    assert "erasure_views.py" in failure["exception"]


def test_outside_lambda_nothing_is_printed_and_logging_is_unchanged(
    client: Any, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caller(client, "ingest").events(make_event(occurred_at=recently(days=1)))
    assert capsys.readouterr().out == ""
    assert "request answered" not in caplog.text
    assert not telemetry.is_recording()


def test_imports_are_counted_once(process: Lambda, cloud: Cloud, store: TenantStore) -> None:
    assert store.config
    bad = ADS + b"2026-03-14,Spring sale,EUR,many,30,18.00,1,40.00\n"
    event = sqs_event(
        arrived(cloud, "imports/acme/x.csv", bad),
        arrived(cloud, "imports/acme/y.csv", b"a,b\n1,2\n"),
    )
    process.serve("import_handler")
    for minutes, expected in enumerate(
        ({"ImportsDone": 1, "ImportsFailed": 1, "RowsRejected": 1}, {})
    ):
        now = NOW + dt.timedelta(minutes=minutes)
        with telemetry.recorded(f"r{minutes}"):
            workers.run_imports(event, now=now, seconds_left=lambda: 900)
        assert metrics_of(process.lines()) == expected


def test_fits_are_counted_once(process: Lambda, cloud: Cloud, store: TenantStore) -> None:
    day = dt.date(2026, 3, 14)
    assert store.config
    request_fit(store, wiring.send_fit, now=NOW, start=day, end=day)
    event = sqs_event(*cloud.messages(cloud.fit_queue))
    process.serve("fit_handler")
    for minutes, expected in enumerate(({"FitsFailed": 1}, {})):
        with telemetry.recorded(f"r{minutes}"):
            workers.run_fits(event, now=NOW + dt.timedelta(minutes=minutes))
        assert metrics_of(process.lines()) == expected


def daily_metrics(process: Lambda, now: dt.datetime) -> dict[str, float]:
    with telemetry.recorded("r"):
        workers.run_daily_jobs(now=now)
    return metrics_of(process.lines())


def test_the_daily_jobs_record_the_age_of_the_oldest_fit(process: Lambda, cloud: Cloud) -> None:
    for tenant in ("acme", "b-corp"):
        assert wiring.store(tenant).config
    process.serve("schedule_handler")
    assert daily_metrics(process, NOW) == {"FitAgeHours": 0, "ErasuresUnfinished": 0}
    workers.run_fits(sqs_event(*cloud.messages(cloud.fit_queue)), now=NOW)
    assert daily_metrics(process, NOW + dt.timedelta(days=1))["FitAgeHours"] == 24
    ours = [body for body in cloud.messages(cloud.fit_queue) if '"acme"' in body]
    workers.run_fits(sqs_event(*ours), now=NOW + dt.timedelta(days=1))
    assert daily_metrics(process, NOW + dt.timedelta(days=2))["FitAgeHours"] == 48


def test_the_age_of_an_unfinished_fit_grows(process: Lambda, store: TenantStore) -> None:
    assert store.config
    process.serve("schedule_handler")
    daily_metrics(process, NOW)
    told_first = wiring.store("acme").fits.newest_first()
    asked = dt.datetime.fromisoformat(next(told_first).requested_at)
    age = daily_metrics(process, NOW + dt.timedelta(days=2))["FitAgeHours"]
    assert age == (NOW + dt.timedelta(days=2) - asked) / dt.timedelta(hours=1)


def test_an_overdue_erasure_is_recorded(
    process: Lambda, store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_person(store, "user-1", now=NOW, has_time=lambda: False)
    process.serve("schedule_handler")
    monkeypatch.setattr(erasures, "finish_erasures", lambda *_, **__: [])
    assert daily_metrics(process, NOW + dt.timedelta(hours=23))["ErasuresUnfinished"] == 0
    assert daily_metrics(process, NOW + dt.timedelta(hours=25))["ErasuresUnfinished"] == 1


def test_a_delivery_is_logged_with_the_request_id_of_lambda(
    process: Lambda, cloud: Cloud, store: TenantStore
) -> None:
    import app

    assert store.config
    event = sqs_event(arrived(cloud, "imports/acme/x.csv", ADS))
    context = SimpleNamespace(aws_request_id="r-8", get_remaining_time_in_millis=lambda: 900_000)
    process.serve("import_handler")
    assert app.import_handler(event, context) == {"batchItemFailures": []}
    lines = process.lines()
    (line,) = [line for line in log_lines(lines) if line["message"] == "event handled"]
    assert (line["function"], line["request_id"]) == ("import", "r-8")
    assert metrics_of(lines)["ImportsDone"] == 1


def test_the_metrics_of_a_failed_call_are_recorded(process: Lambda, cloud: Cloud) -> None:
    import app

    process.serve("schedule_handler")
    process._monkeypatch.setattr(
        workers, "run_daily_jobs", lambda **_: (_ for _ in ()).throw(StoreUnavailable("no"))
    )
    wiring.use_session(session())
    event = {"detail-type": "Scheduled Event", "detail": {}, "source": "aws.events"}
    event |= {"version": "0", "id": "x", "account": "0", "time": "x", "region": "x"}
    with pytest.raises(StoreUnavailable):
        app.schedule_handler(event | {"resources": []}, SimpleNamespace(aws_request_id="r-7"))
    assert metrics_of(process.lines()) == {"StoreUnavailable": 1}


def test_every_metric_is_recorded_and_documented() -> None:
    files = [ROOT / "chalicelib/telemetry.py"]
    files += [
        file for room in ("api", "workers") for file in (ROOT / "chalicelib" / room).rglob("*.py")
    ]
    code = "".join(file.read_text(encoding="utf-8") for file in files)
    code = code.replace(code[code.index("METRICS = {") : code.index('"""Every metric')], "")
    for name in telemetry.METRICS:
        assert f'"{name}"' in code, name
    assert in_the_handbook("Metrics") == set(telemetry.METRICS)


def test_log_lines_and_metrics_have_the_name_of_the_installation(
    process: Lambda, monkeypatch: pytest.MonkeyPatch, client: Any
) -> None:
    monkeypatch.setenv("LIKEWORTH_SERVICE", "likeworth-prod")
    process.serve("app")
    client.http.get("/v1/health")
    lines = process.lines()
    assert lines
    assert {line["service"] for line in lines} == {"likeworth-prod"}


def test_alarms_and_the_dashboard_use_recorded_metrics() -> None:
    template = packaged.template()
    called = template["Globals"]["Function"]["Environment"]["Variables"]["LIKEWORTH_SERVICE"]
    named = {
        (name, dimensions["service"]["Fn::Sub"], dimensions["function"])
        for one in template["Resources"].values()
        if one["Type"] == "AWS::CloudWatch::Alarm"
        for space, name, dimensions in watched(one["Properties"])
        if space == "Likeworth"
    }
    assert {name for name, _, _ in named} == {"FitAgeHours", "ErasuresUnfinished"}
    shown = [one for one in dashboard(template) if one[0] == "Likeworth"]
    named |= {(name, service, function) for _, name, _, service, _, function in shown}
    assert {name for name, _, _ in named} == set(telemetry.METRICS)
    for name, service, function in named:
        assert {"Fn::Sub": service} == called
        (row,) = [
            row for row in HANDBOOK.splitlines() if re.match(rf"\| .*`{name}`.* \| [\w, ]+ \|", row)
        ]
        assert {function, "all"} & set(row.split("|")[2].strip().split(", "))


def test_every_function_is_traced_and_the_gateway_is_not() -> None:
    template = packaged.template()
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            assert one["Properties"]["Tracing"] == "Active"
    assert "TracingEnabled" not in template["Resources"]["RestAPI"]["Properties"]
    traces = Call("xray:PutTraceSegments", "*")
    for function in policies.FUNCTIONS:
        assert policies.is_allowed(f"{function}Role", traces)


TRACED = """
import json, os, sys
os.environ |= {"LAMBDA_TASK_ROOT": "/x", "AWS_LAMBDA_FUNCTION_NAME": "x", "_HANDLER": "app.app"}
os.environ |= {"AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:9", "AWS_DEFAULT_REGION": "eu-central-1"}
os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
os.environ["_X_AMZN_TRACE_ID"] = (
    "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
)
import app
from aws_xray_sdk.core import xray_recorder
sent = []
class Emitter:
    def send_entity(self, entity):
        sent.append(entity.to_dict())
    def set_daemon_address(self, address):
        pass
xray_recorder.emitter = Emitter()
import boto3
from moto import mock_aws
with mock_aws():
    s3 = boto3.client("s3")
    where = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket="likeworth-b", CreateBucketConfiguration=where)
    s3.put_object(Bucket="likeworth-b", Key="imports/acme/mary@example.org.csv", Body=b"x")
print(json.dumps(sent, default=str))
"""


def test_a_trace_has_operations_and_no_file_names() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRACED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    sent = json.loads(done.stdout.splitlines()[-1])
    assert {one["aws"]["operation"] for one in sent} >= {"CreateBucket", "PutObject"}
    assert "mary" not in done.stdout
