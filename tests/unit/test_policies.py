"""Each function has exactly the permissions that it needs.

All tests record the calls of functions (`tests/recording.py`); a run compares them with the
policies at its end. The tests here check that the comparison detects differences. They also make
the calls that no other test makes through a function: reading secrets from Secrets Manager,
rehashing API keys after a rotation, storing documents too large for an item, and deleting the files
of an erased person.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import wiring, workers
from chalicelib.services.experiments import register_experiment
from chalicelib.services.fitting import estimation, fits
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.fits import request_fit, show_fit
from chalicelib.services.imports import start_import
from chalicelib.services.ingest import record_events
from chalicelib.services.privacy import erasures
from chalicelib.storage import document_items
from chalicelib.storage.import_records import RejectedRow
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.workers.daily_jobs import DAILY_JOBS
from tests import policies, recording
from tests.api.conftest import caller, client
from tests.conftest import BUCKET, SECRET, TABLE, Cloud, session
from tests.experiments import make_geo, make_holdout
from tests.factories import NOW, make_conversion, make_cost, make_event
from tests.kept_fits import keep_fit
from tests.packaged import ROOT
from tests.policies import Call, Grant
from tests.unit.test_workers import (
    DAY,
    all_shards,
    arrived,
    changed,
    import_all,
    sqs_event,
    totals_queue,
)

__all__ = ["client", "totals_queue"]  # fixtures

ANNA = "anna17"
LIKES = f"day,who,likes\n{DAY},{ANNA},1\n".encode()
MAPPING = {
    "columns": {"day": "day", "who": "user_id", "likes": "like"},
    "constants": {"channel": "xing"},
}


# --- the policies -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", policies.ROLES)
def test_policies_use_names_instead_of_wildcards(role: str) -> None:
    grants = [grant for statement in policies.grants_of(role) for grant in statement]
    assert grants
    for grant in grants:
        assert "*" not in grant.action
        assert grant.resource != "*" or grant.action.startswith("xray:")
        if grant.action.startswith("dynamodb:") and grant.resource == "Table":
            assert "#" in grant.pattern
            assert grant.pattern.partition("#")[2] not in ("", "*")
        assert grant.resource != "Bucket/*"


@pytest.mark.parametrize(
    ("role", "action", "key"),
    [
        ("AggregateRole", "dynamodb:GetItem", "acme#keys"),
        ("AggregateRole", "dynamodb:PutItem", "acme#events#2026-03-14#0"),
        ("AggregateRole", "dynamodb:Query", "acme#erased"),
        ("ScheduleRole", "dynamodb:PutItem", "acme#keys"),
        ("APIRole", "dynamodb:PutItem", "-#tenants"),
        ("APIRole", "dynamodb:Query", "-#tenants"),
        ("APIRole", "dynamodb:PutItem", "acme#days#2026-03"),
        ("APIRole", "dynamodb:PutItem", "acme#fit-results"),
        ("FitTenantRole", "dynamodb:BatchWriteItem", "acme#events#2026-03-14#0"),
        ("TotalsTenantRole", "dynamodb:GetItem", "acme#fits"),
    ],
)
def test_a_function_is_denied_access_outside_its_task(role: str, action: str, key: str) -> None:
    assert not policies.is_allowed(role, Call(action, "Table", frozenset({key})), "acme")


# --- the recording ------------------------------------------------------------------------------


def uses(*made: tuple[str, Call]) -> recording.Uses:
    return dict.fromkeys(made, "this test")


def test_a_call_without_permission_is_detected() -> None:
    scan = Call("dynamodb:Scan", "Table")
    fine = Call("dynamodb:GetItem", "Table", frozenset({"~#config"}))
    (found,) = recording.findings(uses(("APIRole", scan), ("APIRole", fine)), whole=False)
    assert found.startswith("APIRole may not dynamodb:Scan Table")
    assert found.endswith("which this test does")


def test_unused_permissions_are_detected_only_in_a_complete_run() -> None:
    assert recording.findings({}, whole=False) == []
    found = recording.findings({}, whole=True)
    assert "APIRole may dynamodb:GetItem Table *#keys, which no test does" in found
    (fits_kept,) = [line for line in found if line.startswith("FitTenantRole may s3:PutObject")]
    assert "/fits/*" in fits_kept
    # Tests cannot make the calls that Lambda itself makes.
    assert not any("logs:" in line or "xray:" in line or "Stream" in line for line in found)


def test_a_grant_covers_only_matching_calls() -> None:
    grant = Grant("dynamodb:GetItem", "Table", "*#keys")
    key = frozenset({"acme#keys"})
    assert grant.covers(Call("dynamodb:GetItem", "Table", key))
    assert not grant.covers(Call("dynamodb:PutItem", "Table", key))
    assert not grant.covers(Call("dynamodb:GetItem", "Table.StreamArn", key))
    assert not grant.covers(Call("dynamodb:GetItem", "Table", frozenset({"acme#key-holders"})))


def test_a_transaction_is_recorded_as_its_writes() -> None:
    item = {"TableName": TABLE, "Item": {"pk": {"S": "acme#keys"}, "sk": {"S": "x"}}}
    asked = {"TransactItems": [{"Put": item}, {"ConditionCheck": {"Key": item["Item"]}}]}
    assert set(policies.calls_of("dynamodb", "TransactWriteItems", asked)) == {
        Call("dynamodb:PutItem", "Table", frozenset({"acme#keys"})),
        Call("dynamodb:ConditionCheckItem", "Table", frozenset({"acme#keys"})),
    }


def test_an_unknown_condition_is_not_evaluated() -> None:
    statement = {"Effect": "Allow", "Condition": {"StringEquals": {"aws:SourceVpc": "x"}}}
    with pytest.raises(AssertionError):
        policies._patterns(statement)
    with pytest.raises(AssertionError):
        policies._patterns({"Effect": "Deny"})


def test_every_entry_point_exists() -> None:
    for file, name in recording.ENTRIES:
        tree = ast.parse((ROOT / "chalicelib" / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert set(recording.ENTRIES.values()) == set(policies.FUNCTIONS)
    app = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    called = {
        node.attr
        for node in ast.walk(app)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "workers"
    }
    duties = {job.__name__ for job in DAILY_JOBS}
    entries = {name for file, name in recording.ENTRIES if file.startswith("workers/")}
    assert entries == called - {"run_daily_jobs"} | duties


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> recording.Uses:
    """The calls that are recorded from now on."""
    (plugin,) = [
        one
        for one in request.config.pluginmanager.get_plugins()
        if isinstance(one, recording.Recording)
    ]
    kept: recording.Uses = {}

    def note(function: str, operation: Any, parameters: Any) -> None:
        service = operation.service_model.service_name
        for call in policies.calls_of(service, operation.name, parameters):
            kept.setdefault((recording.role_of(function, call), recording.anybodys(call)), "x")
        recording.Recording.note(plugin, function, operation, parameters)

    monkeypatch.setattr(plugin, "note", note)
    return kept


def test_calls_of_functions_are_recorded_and_calls_of_tests_are_not(
    record: recording.Uses, cloud: Cloud, store: TenantStore
) -> None:
    assert store.config
    record_events(store, [make_event()], now=NOW)
    assert record == {}
    workers.request_fits(now=NOW)
    assert ("ScheduleRole", Call("sqs:SendMessage", "FitQueue")) in record
    assert ("ScheduleRole", Call("dynamodb:Query", "Table", frozenset({"-#tenants"}))) in record
    assert {role for role, _ in record} == {"ScheduleRole"}


def test_a_presigned_url_is_recorded_as_the_call_that_it_allows(
    record: recording.Uses, client: Client
) -> None:
    caller(client, "ingest").post("/v1/imports", {"filename": "x.csv"})
    assert ("APIRole", Call("s3:PutObject", "Bucket/imports/~/x")) in record


def test_per_tenant_data_is_accessed_with_the_tenant_role(
    record: recording.Uses, cloud: Cloud, store: TenantStore
) -> None:
    assert store.config
    import_all(arrived(cloud, "imports/acme/x.csv", LIKES))
    assert {role for role, _ in record} == {"ImportTenantRole"}


def test_the_records_of_several_processes_are_merged() -> None:
    call = Call("dynamodb:Scan", "Table", frozenset({"~#keys", "~#config"}))
    worker, main = _recording(workeroutput={}), _recording()
    worker.uses[("APIRole", call)] = "a test"
    worker.pytest_sessionfinish(SimpleNamespace())
    sent = json.loads(json.dumps(worker._config.workeroutput))  # xdist sends JSON-like data
    main.pytest_testnodedown(SimpleNamespace(workeroutput=sent))
    assert main.uses == {("APIRole", call): "a test"}
    run = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    main.pytest_sessionfinish(run)
    assert run.exitstatus == pytest.ExitCode.TESTS_FAILED
    lines: list[str] = []
    stats: dict[str, list[Any]] = {}
    main.pytest_terminal_summary(
        SimpleNamespace(section=lambda *_, **__: None, line=lines.append, stats=stats)
    )
    assert len(lines) == len(stats["error"]) == 1


def _recording(**config: Any) -> Any:
    """A plugin that does not record calls itself."""
    made = object.__new__(recording.Recording)
    made.uses, made._findings, made._test = {}, [], ""
    made._config = SimpleNamespace(
        getoption=lambda name, default=None: False, args_source=None, **config
    )
    return made


def test_our_frame_is_found_below_frames_of_libraries() -> None:
    found = []

    def look() -> None:
        found.append(recording.function_below(sys._getframe()))

    code = compile(
        "def run_fits(look):\n    look()\n", "/x/chalicelib/workers/fit_worker.py", "exec"
    )
    made: dict[str, Any] = {}
    exec(code, made)  # noqa: S102 - creates a frame with that name
    made["run_fits"](look)
    look()
    assert found == ["Fit", None]


# --- calls that no other test makes through a function ------------------------------------------


@pytest.fixture
def managed(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Store the root secret in Secrets Manager and simulate a new process."""
    made = wiring.client("secretsmanager").create_secret(Name="root", SecretString=SECRET)
    monkeypatch.setenv("LIKEWORTH_SECRET", "")
    monkeypatch.setenv("LIKEWORTH_SECRET_ARN", made["ARN"])

    def begin() -> None:
        wiring.use_session(session())

    begin()
    return begin


def test_a_request_after_a_rotation_rehashes_its_key(
    client: Client, managed: Callable[[], None]
) -> None:
    reader = caller(client, "read")
    before = wiring.store("acme").api_keys.by_id()[0].key_hash
    wiring.client("secretsmanager").put_secret_value(SecretId="root", SecretString=SECRET[::-1])
    managed()
    assert reader.get("/v1/imports").status_code == 200
    assert wiring.store("acme").api_keys.by_id()[0].key_hash != before


def test_imports_read_the_root_secret(cloud: Cloud, managed: Callable[[], None]) -> None:
    started, _ = start_import(wiring.store("acme"), filename="x.csv", mapping=MAPPING, now=NOW)
    managed()
    assert import_all(arrived(cloud, started.object_key, LIKES)) == []
    assert [one.user_id for one in wiring.store("acme").iter_events(DAY, DAY)] != [ANNA]


def test_the_daily_jobs_read_the_root_secret(cloud: Cloud, managed: Callable[[], None]) -> None:
    before = wiring.store("acme").user_hash(ANNA)
    secrets = wiring.client("secretsmanager")
    secrets.put_secret_value(SecretId="root", SecretString=SECRET[::-1])
    managed()
    workers.renew_user_keys(now=NOW)
    secrets.put_secret_value(SecretId="root", SecretString=SECRET[::-1])  # forgets the first one
    managed()
    assert wiring.store("acme").user_hash(ANNA) == before


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every document too large for an item."""
    monkeypatch.setattr(document_items, "MAX_INLINE_BYTES", 0)


def objects(cloud: Cloud) -> set[str]:
    """The folders of the bucket that contain objects."""
    listed = cloud.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {one["Key"].rpartition("/")[0] for one in listed}


def test_requests_store_and_read_large_experiments(
    cloud: Cloud, client: Client, large: None
) -> None:
    admin = caller(client, "admin")
    assert admin.post("/v1/experiments", make_geo(experiment_id="geo")).status_code == 201
    assert objects(cloud) == {"documents/acme/experiments", "documents/acme/experiment-counts"}
    assert admin.get("/v1/experiments/geo").json_body["id"] == "geo"


def test_fits_write_large_documents_and_requests_read_them(
    cloud: Cloud, client: Client, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = caller(client, "admin")
    store = wiring.store("acme")
    register_experiment(store, make_holdout(experiment_id="lift"), now=NOW)
    document = {"as_of": "2026-03-15T12:00:00Z", "goals": {"purchase": {"diagnostics": {}}}}
    monkeypatch.setattr(fits, "estimate_events", _estimate(document))
    header = request_fit(store, wiring.send_fit, now=NOW, start=DAY, end=DAY)
    (message,) = cloud.messages(cloud.fit_queue)
    assert workers.run_fits(sqs_event(message), now=NOW) == {"batchItemFailures": []}
    assert show_fit(store, header.fit_id).status == "done"
    assert "documents/acme/fits" in objects(cloud)
    assert admin.get(f"/v1/fits/{header.fit_id}").status_code == 200


def test_merges_write_large_documents(
    cloud: Cloud, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = wiring.store("acme")
    register_experiment(store, make_holdout(experiment_id="lift"), now=NOW)
    document = {
        "window": {"from": f"{DAY}", "to": f"{DAY}"},
        "goals": {"purchase": {"diagnostics": {}}},
    }
    monkeypatch.setattr(estimation, "fit_events", _estimate(document))
    header = request_fit(store, wiring.send_fit, now=NOW, start=DAY, end=DAY)
    plan = {"tenant": "acme", "fit_id": header.fit_id, "as_of": "2026-03-15T12:00:00Z"}
    plan |= {"followed": 1024, "first": f"{DAY}", "last": f"{DAY}", "oldest": "2026-01-01"}
    part = {"number": 0, "shard": 0, "first": f"{DAY}", "last": f"{DAY}"}
    assert workers.read_fit_part(plan | {"part": part}) > 0
    assert workers.merge_fit(plan | {"parts": [part]}, now=NOW) == "done"
    assert "documents/acme/fits" in objects(cloud)


@pytest.fixture
def hooked(cloud: Cloud, large: None) -> TenantStore:
    """A tenant with a webhook and an earlier fit, whose documents are large."""
    store = wiring.store("acme")
    keep_fit(store, "20260101T000000Z-0000000a", {"goals": {}})
    store.items.configure(replace(store.config, webhook_url="https://hooks.example.org/"))
    del store.config
    return store


def empty_document(*_events: Any, **asked: Any) -> dict[str, Any]:
    return {"id": asked["fit_id"], "goals": {}, "window": {"from": f"{DAY}", "to": f"{DAY}"}}


def test_a_fit_is_compared_with_the_fit_before(
    cloud: Cloud, hooked: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fits, "estimate_events", empty_document)
    header = request_fit(hooked, wiring.send_fit, now=NOW)
    (message,) = cloud.messages(cloud.fit_queue)
    assert workers.run_fits(sqs_event(message), now=NOW) == {"batchItemFailures": []}
    assert show_fit(hooked, header.fit_id).status == "done"


def test_a_merged_fit_is_compared_with_the_fit_before(
    hooked: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimation, "fit_events", empty_document)
    header = request_fit(hooked, lambda _message: None, now=NOW)
    plan = {"tenant": "acme", "fit_id": header.fit_id, "as_of": "2026-03-15T12:00:00Z"}
    plan |= {"followed": 1024, "first": f"{DAY}", "last": f"{DAY}", "oldest": "2026-01-01"}
    part = {"number": 0, "shard": 0, "first": f"{DAY}", "last": f"{DAY}"}
    assert workers.read_fit_part(plan | {"part": part}) > 0
    assert workers.merge_fit(plan | {"parts": [part]}, now=NOW) == "done"


def _estimate(document: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    def estimate(events: Any, **asked: Any) -> dict[str, Any]:
        assert not (events.day if isinstance(events, Columns) else list(events))
        assert [one.experiment_id for one in asked["experiments"]] == ["lift"]
        first, last = asked["window"]
        return document | {
            "id": asked["fit_id"],
            "window": {"from": first.isoformat(), "to": last.isoformat()},
        }

    return estimate


def test_the_stream_and_pending_days_write_large_totals(
    cloud: Cloud, client: Client, totals_queue: str, large: None
) -> None:
    wiring.client("sqs").meta.events.register(
        "before-parameter-build.sqs.SendMessage", lambda params, **_: params.pop("DelaySeconds")
    )
    admin = caller(client, "admin")
    store = wiring.store("acme")
    record_events(store, [make_event(), make_cost(period_days=3)], now=NOW)
    workers.derive_totals(changed(*all_shards()), now=NOW)
    assert objects(cloud) == {"documents/acme/days"}
    assert store.totals.longest_cost_period() == 3

    record_events(store, [make_cost(period_days=5, event_id="longer")], now=NOW)
    workers.derive_totals(changed(*all_shards()), now=NOW)
    messages = cloud.messages(totals_queue)
    assert messages
    later = NOW + dt.timedelta(hours=9)
    answer = workers.derive_waiting_totals(sqs_event(*messages), now=later)
    assert answer == {"batchItemFailures": []}
    assert store.totals.longest_cost_period() == 5
    path = f"/v1/timeseries?metric=engagements&from={DAY}&to={DAY}"
    assert admin.get(path).json_body["series"][0]["points"][0]["value"] == 1


def test_the_stream_and_pending_days_replace_and_remove_messages(
    cloud: Cloud, totals_queue: str
) -> None:
    wiring.client("sqs").meta.events.register(
        "before-parameter-build.sqs.SendMessage", lambda params, **_: params.pop("DelaySeconds")
    )
    store = wiring.store("acme")

    def say(type_: str) -> None:
        record_events(store, [make_event(event_id="said", type=type_)], now=NOW)

    def messages() -> int:
        return sum(len(one.rows or ()) for one in store.messages.between(DAY, DAY))

    say("comment")
    workers.derive_totals(changed(*all_shards()), now=NOW)
    assert messages() == 1
    say("like")
    next_day = NOW + dt.timedelta(days=1)
    workers.derive_totals(changed(*all_shards()), now=next_day)
    assert messages() == 0

    for type_, expected in (("comment", 1), ("like", 0)):
        say(type_)
        workers.derive_totals(changed(*all_shards()), now=next_day)
        waiting = cloud.messages(totals_queue)
        assert waiting, "a second derivation of a day waits"
        next_day += dt.timedelta(hours=9)
        workers.derive_waiting_totals(sqs_event(*waiting), now=next_day)
        assert messages() == expected


def upload(cloud: Cloud, now: dt.datetime) -> None:
    """A file that is named after a person and contains an imported and a rejected row of theirs."""
    body = LIKES.replace(str(DAY).encode(), str((now - dt.timedelta(days=1)).date()).encode())
    store = wiring.store("acme")
    started, _ = start_import(store, filename=f"{ANNA}.csv", mapping=MAPPING, now=now)
    event = arrived(cloud, started.object_key, body)
    answer = workers.run_imports(sqs_event(event), now=now, seconds_left=lambda: 900.0)
    assert answer == {"batchItemFailures": []}
    rejected = RejectedRow(9, 0, f"of {ANNA}", "invalid_number", "likes: no number")
    store.imports.add_rejected_rows(started.import_id, 1, [rejected], now=now)


def test_an_erasure_request_deletes_a_persons_files(
    cloud: Cloud, client: Client, short_retention: None
) -> None:
    admin = caller(client, "admin")
    upload(cloud, dt.datetime.now(dt.UTC))
    receipt = admin.call("DELETE", f"/v1/users/{ANNA}").json_body
    assert (receipt["state"], receipt["uploads"], receipt["events"]) == ("done", 1, 1)
    assert receipt["refused_rows"] == 1
    assert ANNA not in json.dumps(admin.get("/v1/imports").json_body)


def test_the_daily_jobs_delete_a_persons_files(cloud: Cloud, short_retention: None) -> None:
    upload(cloud, NOW)
    store = wiring.store("acme")
    begun = erasures.erase_person(store, ANNA, now=NOW, has_time=lambda: False)
    assert begun.state == "running"
    workers.finish_erasures(now=NOW + dt.timedelta(hours=2))
    (receipt,) = store.erasures.newest_first()
    assert (receipt.state, receipt.uploads, receipt.refused_rows) == ("done", 1, 1)
    assert store.imports.newest_first(limit=1)[0].filename != f"{ANNA}.csv"


def test_a_fit_reads_the_costs_and_events_of_its_window(cloud: Cloud, store: TenantStore) -> None:
    record_events(store, [make_conversion(), make_cost(period_days=3)], now=NOW)
    request_fit(store, wiring.send_fit, now=NOW, start=DAY, end=DAY)
    (message,) = cloud.messages(cloud.fit_queue)
    assert workers.run_fits(sqs_event(message), now=NOW) == {"batchItemFailures": []}
