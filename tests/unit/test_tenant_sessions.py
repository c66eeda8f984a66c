"""The role of a per-tenant function allows access to the data of one tenant only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib import aws, wiring, workers
from chalicelib.services.fitting.fits import request_fit
from chalicelib.services.ingest import record_events
from chalicelib.wiring import processes, tenant_stores
from tests import packaged
from tests.conftest import Cloud, session
from tests.factories import NOW, make_event
from tests.policies import OF_ONE_TENANT, Call, calls_of, is_allowed, statements_of
from tests.unit.test_workers import ADS, DAY, all_shards, arrived, changed, sqs_event, totals_queue

__all__ = ["totals_queue"]  # a fixture

ROLES = "arn:aws:iam::123456789012:role/"
TENANTS = ("acme", "b-corp")


@dataclass
class Watch:
    """Records every call and the tenant of its session; ``""`` is the function's own session."""

    calls: list[tuple[str, Call]] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)

    def of(self, tenant: str) -> list[Call]:
        return [call for by, call in self.calls if self.sessions.get(by) == tenant]

    def own(self) -> list[Call]:
        return [call for by, call in self.calls if by not in self.sessions]


@pytest.fixture
def watch(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Register two tenants and assume a role for each from then on."""
    for tenant in TENANTS:
        assert wiring.store(tenant).config
    watching = Watch()
    call = BaseClient._make_api_call

    def watched(self: Any, operation: str, asked: Any) -> Any:
        by = self._request_signer._credentials.access_key
        service = self.meta.service_model.service_name
        watching.calls += [(by, call) for call in calls_of(service, operation, asked)]
        if operation == "SendMessage":
            watching.sent.append(asked["MessageBody"])
        answer = call(self, operation, asked)
        if operation == "AssumeRole":
            (tag,) = asked["Tags"]
            assert tag["Key"] == "tenant"
            watching.sessions[answer["Credentials"]["AccessKeyId"]] = tag["Value"]
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", watched)
    work_as(monkeypatch, "Import")
    return watching


def work_as(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    """Simulate a new process of a function, with its role for one tenant."""
    monkeypatch.setenv("LIKEWORTH_TENANT_ROLE_ARN", f"{ROLES}{function}TenantRole")
    wiring.use_session(session())


def check(watch: Watch, function: str) -> None:
    """Assert that every call was allowed and that data was accessed only in tenant sessions."""
    assert set(watch.sessions.values()) <= set(TENANTS)
    for call in watch.own():
        assert not call.action.startswith(("dynamodb:", "s3:")), call
        assert is_allowed(f"{function}Role", call), call
    for tenant in TENANTS:
        for call in watch.of(tenant):
            assert is_allowed(f"{function}TenantRole", call, tenant), call
            if call.action != "s3:ListBucket":  # cannot be limited to a folder (ADR 29)
                other = TENANTS[1 - TENANTS.index(tenant)]
                assert not is_allowed(f"{function}TenantRole", call, other), call


# --- calls of the functions -----------------------------------------------------------------------


def test_an_import_accesses_only_the_tenant_of_its_file(watch: Watch, cloud: Cloud) -> None:
    messages = [arrived(cloud, f"imports/{one}/x.csv", ADS + b"bad,row\n") for one in TENANTS]
    watch.calls.clear()
    answer = workers.run_imports(sqs_event(*messages), now=NOW, seconds_left=lambda: 1.0)
    assert answer == {"batchItemFailures": []}
    check(watch, "Import")
    for tenant in TENANTS:
        actions = {call.action for call in watch.of(tenant)}
        assert {"dynamodb:BatchWriteItem", "dynamodb:PutItem", "s3:GetObject"} <= actions
    sent = [json.loads(body) for body in cloud.messages(cloud.import_queue)]
    assert {message["import"]["tenant"] for message in sent} <= set(TENANTS)


def test_a_fit_accesses_only_the_tenant_that_requested_it(
    watch: Watch, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tenant in TENANTS:
        request_fit(wiring.store(tenant), wiring.send_fit, now=NOW, start=DAY, end=DAY)
    messages = cloud.messages(cloud.fit_queue)
    work_as(monkeypatch, "Fit")
    watch.calls.clear()
    assert workers.run_fits(sqs_event(*messages), now=NOW) == {"batchItemFailures": []}
    check(watch, "Fit")
    assert all(watch.of(tenant) for tenant in TENANTS)


def test_a_part_of_a_fit_accesses_only_the_tenant_of_the_fit(
    watch: Watch, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"number": 0, "shard": 0, "first": DAY.isoformat(), "last": DAY.isoformat()}
    for tenant in TENANTS:
        work_as(monkeypatch, "Import")
        asked = request_fit(wiring.store(tenant), wiring.send_fit, now=NOW, start=DAY, end=DAY)
        plan = {"tenant": tenant, "fit_id": asked.fit_id, "as_of": "2026-03-15T12:00:00Z"}
        plan |= {"followed": 1024, "first": f"{DAY}", "last": f"{DAY}", "oldest": "2026-01-01"}
        work_as(monkeypatch, "FitPart")
        watch.calls.clear()
        assert workers.read_fit_part(plan | {"part": part}) > 0
        check(watch, "FitPart")
        written = {call.action for call in watch.of(tenant) if "fit-parts/" in call.resource}
        assert written == {"s3:PutObject", "s3:PutObjectTagging"}
        work_as(monkeypatch, "FitMerge")
        watch.calls.clear()
        assert workers.merge_fit(plan | {"parts": [part]}, now=NOW) == "failed"  # no such part
        check(watch, "FitMerge")
        taken = {call.action for call in watch.of(tenant) if "fit-parts/" in call.resource}
        assert taken == {"s3:GetObject", "s3:DeleteObject"}


@pytest.mark.usefixtures("totals_queue")
def test_totals_access_only_the_tenant_of_their_day(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tenant in TENANTS:
        record_events(wiring.store(tenant), [make_event(user_id="u")], now=NOW)
    partitions = [partition for tenant in TENANTS for partition in all_shards(tenant)]
    for _ in range(2):  # a second computation is deferred
        workers.derive_totals(changed(*partitions), now=NOW)
    waiting = list(watch.sent)
    assert len(waiting) == len(partitions)
    work_as(monkeypatch, "Totals")
    for later in (NOW, NOW + 40 * (NOW - NOW.replace(hour=0))):  # too early, then late enough
        watch.calls.clear()
        answer = workers.derive_waiting_totals(sqs_event(*waiting), now=later)
        assert answer == {"batchItemFailures": []}
        check(watch, "Totals")
    for tenant in TENANTS:
        assert "dynamodb:UpdateItem" in {call.action for call in watch.of(tenant)}


def test_a_session_is_cached_and_renewed_before_it_expires(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(processes, "time", SimpleNamespace(monotonic=lambda: clock.now))
    least = aws.SESSION_SECONDS - 900 - tenant_stores.STORE_SECONDS
    for clock.now in (
        0.0,
        1.0,
        100.0,
        aws.SESSION_SECONDS - tenant_stores.RENEWED_BEFORE_SECONDS - 1,
    ):
        assert wiring.store("acme").config
    assert len(watch.sessions) == 1
    assert clock.now < least
    clock.now = least
    assert wiring.store("acme").config
    assert len(watch.sessions) == 2


def test_no_session_is_requested_for_an_invalid_name(watch: Watch) -> None:
    with pytest.raises(ValueError, match="not a tenant name"):
        wiring.store("acme/../b")
    assert watch.calls == []


def test_without_a_tenant_role_no_role_is_assumed(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIKEWORTH_TENANT_ROLE_ARN", raising=False)
    wiring.use_session(session())
    assert wiring.store("acme").config
    assert "sts" not in processes.current.clients


# --- the template -------------------------------------------------------------------------------


def test_per_tenant_functions_have_no_direct_access_to_data() -> None:
    resources = packaged.template()["Resources"]
    for function in OF_ONE_TENANT:
        properties = resources[f"{function}Handler"]["Properties"]
        assert properties["Role"] == {"Fn::GetAtt": [f"{function}Role", "Arn"]}
        assert properties["Environment"]["Variables"]["LIKEWORTH_TENANT_ROLE_ARN"] == {
            "Fn::GetAtt": [f"{function}TenantRole", "Arn"]
        }
        text = json.dumps(statements_of(f"{function}Role"))
        assert "dynamodb:" not in text
        assert "s3:" not in text


@pytest.mark.parametrize("function", OF_ONE_TENANT)
def test_a_session_has_exactly_one_tag_with_its_tenant(function: str) -> None:
    role = packaged.template()["Resources"][f"{function}TenantRole"]["Properties"]
    assert role["MaxSessionDuration"] == aws.SESSION_SECONDS
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": {"Fn::GetAtt": [f"{function}Role", "Arn"]}}
    assert trust["Condition"] == {
        "StringLike": {"aws:RequestTag/tenant": "?*"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["tenant"]},
    }


@pytest.mark.parametrize(
    "key", ["other#config", "acme2#config", "-#tenants", "acme", "acme#keys", "acme#config#x"]
)
@pytest.mark.parametrize("function", OF_ONE_TENANT)
def test_a_session_is_denied_other_tenants_items(function: str, key: str) -> None:
    role = f"{function}TenantRole"
    own = frozenset({"acme#config"})
    assert is_allowed(role, Call("dynamodb:GetItem", "Table", own), "acme")
    assert not is_allowed(role, Call("dynamodb:GetItem", "Table", frozenset({key})), "acme")
    assert not is_allowed(role, Call("dynamodb:GetItem", "Table", own | {key}), "acme")
    assert not is_allowed(role, Call("dynamodb:GetItem", "Table"), "acme")
    assert not is_allowed(role, Call("dynamodb:Scan", "Table", own), "acme")


def test_a_session_is_denied_other_tenants_files() -> None:
    role = "ImportTenantRole"
    assert is_allowed(role, Call("s3:GetObject", "Bucket/imports/acme/x"), "acme")
    assert not is_allowed(role, Call("s3:GetObject", "Bucket/imports/acme2/x"), "acme")
    assert not is_allowed(role, Call("s3:GetObject", "Bucket/documents/acme/fits/x"), "acme")
