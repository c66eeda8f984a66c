"""A function that works for one tenant can, by its role, reach that tenant and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib import wiring, workers
from chalicelib.services.fits import request_fit
from chalicelib.services.record import record_events
from chalicelib.storage.keys import event_partition
from tests import packaged
from tests.conftest import BUCKET, Cloud, session
from tests.factories import NOW, make_event
from tests.unit.test_workers import ADS, DAY, dropped, put, sqs_event

ROLE = "arn:aws:iam::123456789012:role/tenants"
FUNCTIONS = {
    "Import": "Import",
    "Fit": "Fit",
    "FitPart": "FitPart",
    "FitMerge": "FitPart",
    "Totals": "Totals",
}
"""Functions that work for one tenant at a time, and whose role each has."""
TENANTS = ("acme", "b-corp")
ACTIONS = {"s3:HeadObject": "s3:GetObject"}
"""What IAM calls an operation, where it calls it something else."""


@dataclass(frozen=True)
class Call:
    """What was asked of AWS, and by whom."""

    action: str
    asked: Any
    by: str


@dataclass
class Watch:
    """Every call, and whose session it was made in; the function's own is ``""``."""

    calls: list[Call] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)

    def of(self, tenant: str) -> list[Call]:
        return [one for one in self.calls if self.sessions.get(one.by) == tenant]

    def own(self) -> list[Call]:
        return [one for one in self.calls if one.by not in self.sessions]


@pytest.fixture
def watch(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Two tenants are registered; from then on a role is assumed for each."""
    for tenant in TENANTS:
        assert wiring.store(tenant).config
    watching = Watch()
    call = BaseClient._make_api_call

    def watched(self: Any, operation: str, asked: Any) -> Any:
        by = self._request_signer._credentials.access_key
        service = self.meta.service_model.service_name
        action = f"{service}:{operation}"
        watching.calls.append(Call(ACTIONS.get(action, action), asked, by))
        answer = call(self, operation, asked)
        if operation == "AssumeRole":
            (tag,) = asked["Tags"]
            assert tag["Key"] == "tenant"
            watching.sessions[answer["Credentials"]["AccessKeyId"]] = tag["Value"]
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", watched)
    monkeypatch.setenv("LIKEWORTH_TENANT_ROLE_ARN", ROLE)
    wiring.use_session(session())
    return watching


# --- what IAM would say -------------------------------------------------------------------------


def statements_of(name: str) -> list[dict[str, Any]]:
    """Of a role, its own policies and those that are attached to it."""
    found = []
    for one in packaged.template()["Resources"].values():
        if one["Type"] == "AWS::IAM::Policy" and {"Ref": name} in one["Properties"]["Roles"]:
            found += one["Properties"]["PolicyDocument"]["Statement"]
    for policy in packaged.template()["Resources"][name]["Properties"].get("Policies", ()):
        found += policy["PolicyDocument"]["Statement"]
    return found


def partitions(asked: Any) -> Iterator[str]:
    """Every partition key of a request to DynamoDB."""
    match asked:
        case {"pk": {"S": str(key)}}:
            yield key
        case {":pk": {"S": str(key)}}:
            yield key
        case dict():
            for value in asked.values():
                yield from partitions(value)
        case list():
            for value in asked:
                yield from partitions(value)


def is_allowed(role: str, call: Call, tenant: str = "") -> bool:
    """Whether a statement of the role allows the call, to a session with this tag."""
    for one in statements_of(role):
        actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        if call.action not in actions:
            continue
        condition = one.get("Condition", {}).get("ForAllValues:StringLike", {})
        patterns = [
            pattern.replace("${aws:PrincipalTag/tenant}", tenant)
            for pattern in condition.get("dynamodb:LeadingKeys", ("*",))
        ]
        if call.action.startswith("dynamodb:"):
            led = list(partitions(call.asked))
            assert led, call
            if all(any(fnmatchcase(key, one) for one in patterns) for key in led):
                return True
        elif call.action.startswith("s3:") and "Key" in call.asked:
            objects = [place["Fn::Sub"].removeprefix("${Bucket.Arn}/") for place in one["Resource"]]
            tagged = [place.replace("${!aws:PrincipalTag/tenant}", tenant) for place in objects]
            if any(fnmatchcase(call.asked["Key"], place) for place in tagged):
                return True
        else:
            return True
    return False


def check(watch: Watch, function: str) -> None:
    """Everything that was done, was allowed; data was reached in sessions for one tenant alone."""
    assert set(watch.sessions.values()) <= set(TENANTS)
    for call in watch.own():
        assert not call.action.startswith(("dynamodb:", "s3:")), call
        assert is_allowed(f"{FUNCTIONS[function]}Role", call), call
    for tenant in TENANTS:
        for call in watch.of(tenant):
            assert is_allowed("TenantRole", call, tenant), call
            other = TENANTS[1 - TENANTS.index(tenant)]
            assert not is_allowed("TenantRole", call, other), call


# --- what the functions do ------------------------------------------------------------------------


def test_imports_reach_the_tenant_whose_file_it_is(watch: Watch, cloud: Cloud) -> None:
    messages = [
        dropped(
            f"imports/{tenant}/x.csv", put(cloud, f"imports/{tenant}/x.csv", ADS + b"bad,row\n")
        )
        for tenant in TENANTS
    ]
    watch.calls.clear()
    answer = workers.run_imports(sqs_event(*messages), now=NOW, seconds_left=lambda: 1.0)
    assert answer == {"batchItemFailures": []}
    check(watch, "Import")
    for tenant in TENANTS:
        actions = {call.action for call in watch.of(tenant)}
        assert {"dynamodb:BatchWriteItem", "dynamodb:PutItem", "s3:GetObject"} <= actions
    sent = [json.loads(body) for body in cloud.messages(cloud.import_queue)]
    assert {message["import"]["tenant"] for message in sent} <= set(TENANTS)


def test_fits_reach_the_tenant_who_asked(watch: Watch, cloud: Cloud) -> None:
    for tenant in TENANTS:
        request_fit(wiring.store(tenant), wiring.send_fit, now=NOW, start=DAY, end=DAY)
    messages = cloud.messages(cloud.fit_queue)
    watch.calls.clear()
    assert workers.run_fits(sqs_event(*messages), now=NOW) == {"batchItemFailures": []}
    check(watch, "Fit")
    assert all(watch.of(tenant) for tenant in TENANTS)


def test_parts_of_fits_reach_the_tenant_whose_fit_it_is(watch: Watch, cloud: Cloud) -> None:
    part = {"number": 0, "shard": 0, "first": DAY.isoformat(), "last": DAY.isoformat()}
    for tenant in TENANTS:
        asked = request_fit(wiring.store(tenant), wiring.send_fit, now=NOW, start=DAY, end=DAY)
        plan = {"tenant": tenant, "fit_id": asked.fit_id, "as_of": "2026-03-15T12:00:00Z"}
        plan |= {"followed": 1024}
        watch.calls.clear()
        assert workers.read_fit_part(plan | {"part": part}) > 0
        check(watch, "FitPart")
        (put,) = [one.asked for one in watch.of(tenant) if one.action == "s3:PutObject"]
        assert "Tagging" in put
        tagging = Call("s3:PutObjectTagging", put, "")
        assert is_allowed("TenantRole", tagging, tenant)
        other = TENANTS[1 - TENANTS.index(tenant)]
        assert not is_allowed("TenantRole", tagging, other)
        watch.calls.clear()
        assert workers.merge_fit(plan | {"parts": [part]}, now=NOW) == "failed"  # nothing is there
        check(watch, "FitMerge")
        assert {"s3:GetObject", "s3:DeleteObject"} <= {one.action for one in watch.of(tenant)}


def test_totals_reach_the_tenant_whose_day_it_is(
    watch: Watch, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = cloud.sqs.create_queue(QueueName="likeworth-totals")["QueueUrl"]
    monkeypatch.setenv("LIKEWORTH_TOTALS_QUEUE_URL", queue)
    wiring.use_session(session())
    changed = []
    for tenant in TENANTS:
        record_events(wiring.store(tenant), [make_event(user_id="u")], now=NOW)
        for shard in range(wiring.store(tenant).config.shards):
            partition = {"S": event_partition(tenant, DAY, shard)}
            changed.append({"dynamodb": {"Keys": {"pk": partition, "sk": {"S": "x"}}}})
    for _ in range(2):  # what was derived a moment ago waits
        workers.derive_totals({"Records": changed}, now=NOW)
    waiting = [
        call.asked["MessageBody"] for call in watch.own() if call.action == "sqs:SendMessage"
    ]
    assert len(waiting) == len(changed)
    for later in (NOW, NOW + 40 * (NOW - NOW.replace(hour=0))):  # too early, then late enough
        watch.calls.clear()
        answer = workers.derive_waiting_totals(sqs_event(*waiting), now=later)
        assert answer == {"batchItemFailures": []}
        check(watch, "Totals")
    for tenant in TENANTS:
        assert "dynamodb:PutItem" in {call.action for call in watch.of(tenant)}


def test_a_session_is_made_once_and_renewed_before_it_ends(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(wiring, "time", SimpleNamespace(monotonic=lambda: clock.now))
    least = wiring.SESSION_SECONDS - 900 - wiring.STORE_SECONDS
    for clock.now in (0.0, 1.0, 100.0, wiring.SESSION_SECONDS - wiring.RENEWED_BEFORE_SECONDS - 1):
        assert wiring.store("acme").config
    assert len(watch.sessions) == 1
    assert clock.now < least
    clock.now = least
    assert wiring.store("acme").config
    assert len(watch.sessions) == 2


def test_no_session_is_asked_for_in_a_name_that_is_none(watch: Watch) -> None:
    with pytest.raises(ValueError, match="no name of a tenant"):
        wiring.store("acme/../b")
    assert watch.calls == []


def test_without_a_role_nothing_is_assumed(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIKEWORTH_TENANT_ROLE_ARN", raising=False)
    wiring.use_session(session())
    assert wiring.store("acme").config
    assert "sts" not in wiring._process.clients


# --- the template -------------------------------------------------------------------------------


def test_functions_of_one_tenant_at_a_time_have_no_data_of_their_own() -> None:
    resources = packaged.template()["Resources"]
    for function, role in FUNCTIONS.items():
        properties = resources[f"{function}Handler"]["Properties"]
        assert properties["Role"] == {"Fn::GetAtt": [f"{role}Role", "Arn"]}
        assert properties["Environment"]["Variables"]["LIKEWORTH_TENANT_ROLE_ARN"] == {
            "Fn::GetAtt": ["TenantRole", "Arn"]
        }
        text = json.dumps(statements_of(f"{role}Role"))
        assert "dynamodb:" not in text
        assert "s3:" not in text


def test_a_session_must_name_its_tenant_and_can_name_nothing_else() -> None:
    role = packaged.template()["Resources"]["TenantRole"]["Properties"]
    assert role["MaxSessionDuration"] == wiring.SESSION_SECONDS
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {
        "AWS": [
            {"Fn::GetAtt": [f"{function}Role", "Arn"]}
            for function in dict.fromkeys(FUNCTIONS.values())
        ]
    }
    assert trust["Condition"] == {
        "StringLike": {"aws:RequestTag/tenant": "?*"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["tenant"]},
    }


@pytest.mark.parametrize(
    "asked",
    [
        {"Key": {"pk": {"S": "other#keys"}, "sk": {"S": "x"}}},
        {"Key": {"pk": {"S": "acme2#keys"}, "sk": {"S": "x"}}},
        {"Key": {"pk": {"S": "-#tenants"}, "sk": {"S": "x"}}},
        {"Key": {"pk": {"S": "acme"}, "sk": {"S": "x"}}},
    ],
)
def test_what_belongs_to_others_is_not_allowed(asked: Any) -> None:
    assert not is_allowed("TenantRole", Call("dynamodb:GetItem", asked, ""), "acme")
    own = {"Key": {"pk": {"S": "acme#keys"}, "sk": {"S": "x"}}}
    assert is_allowed("TenantRole", Call("dynamodb:GetItem", own, ""), "acme")
    assert not is_allowed("TenantRole", Call("dynamodb:Scan", own, ""), "acme")
    key = {"Bucket": BUCKET, "Key": "imports/acme2/x"}
    assert not is_allowed("TenantRole", Call("s3:GetObject", key, ""), "acme")
