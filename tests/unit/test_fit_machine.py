"""The state machine of the template, executed: parts side by side, then one fit, the same as whole.

moto's executor reads the definition as it is deployed (Distributed Map, retries and all); Lambda is
played by the application's own handlers.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl

from chalicelib import wiring, workers
from chalicelib.model.errors import StoreUnavailable, UnprocessableMessage
from chalicelib.services.fitting.fit_parts import LONGEST
from chalicelib.services.fitting.fits import fit_message, run_fit, show_fit
from chalicelib.storage.fit_items import FitHeader
from chalicelib.storage.s3_objects import PASSING_TAG
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.workers import fit_worker
from tests import packaged
from tests.conftest import Cloud, session
from tests.fit_in_parts import (
    END,
    FEW,
    NOW,
    asked_for,
    document_of,
    plain_fit,
    record_history,
)
from tests.functions import SIMPLE, Fault, Functions
from tests.unit.test_fit_parts import parts_left
from tests.unit.test_workers import sqs_event

pytestmark = pytest.mark.usefixtures("same_people")

ACCOUNT = "123456789012"
FUNCTION = "arn:aws:lambda:eu-central-1:{}:function:{}"
EXECUTED: Any = {"stepfunctions": {"execute_state_machine": True}, "lambda": SIMPLE}


def raise_memory_error(*_: Any, **__: Any) -> Any:
    raise MemoryError


class Machine(Functions):
    """Lambda, and how the state machine waits.

    Attributes
    ----------
    waits : list of float
        Seconds before each call that was tried again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []


@pytest.fixture
def functions(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """The state machine is there, and a fit of more than 100 events goes to it."""
    made = Machine()
    made.take_calls(monkeypatch)
    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=made.waits.append))
    with mock_aws(config=EXECUTED):
        client = session().client("stepfunctions")
        machine = client.create_state_machine(
            name="likeworth-fits",
            definition=json.dumps(definition()),
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/machine",
        )
        monkeypatch.setenv("LIKEWORTH_FIT_MACHINE_ARN", machine["stateMachineArn"])
        monkeypatch.setenv("LIKEWORTH_FIT_WHOLE_EVENTS", "100")
        monkeypatch.setenv("LIKEWORTH_FIT_PART_EVENTS", "30")
        monkeypatch.setenv("LIKEWORTH_FIT_CONCURRENCY", "3")
        wiring.use_session(session())
        yield made


def definition() -> Any:
    """The definition in the template, its names put in."""
    machine = packaged.template()["Resources"]["FitMachine"]["Properties"]
    text = json.dumps(machine["Definition"])
    for name, value in machine["DefinitionSubstitutions"].items():
        assert value == {"Fn::GetAtt": [name, "Arn"]}
        text = text.replace(f"${{{name}}}", FUNCTION.format(ACCOUNT, name))
    assert "${" not in text
    return json.loads(text)


@pytest.fixture
def fit_id(store: TenantStore, functions: Machine) -> str:
    """A fit of the events of few people, which is not handed on yet."""
    record_history(store, FEW)
    return asked_for(store)


def hand_on(fit_id: str, now: dt.datetime = NOW, **attributes: str) -> None:
    """Hand a fit on as its message does."""
    messages = sqs_event(fit_message("acme", fit_id))
    messages["Records"][0]["attributes"] = attributes
    assert workers.run_fits(messages, now=now) == {"batchItemFailures": []}


def outcome_of(header: FitHeader) -> tuple[str, str | None]:
    """The status of a fit, and the code of its error."""
    return header.status, header.error and header.error["code"]


def ended(name: str) -> dict[str, Any]:
    """What became of an execution."""
    client = session().client("stepfunctions")
    arn = wiring.settings().fit_machine_arn.replace(":stateMachine:", ":execution:")
    for _ in range(2400):
        found: dict[str, Any] = client.describe_execution(executionArn=f"{arn}:{name}")
        if found["status"] != "RUNNING":
            return found
        time.sleep(0.05)
    raise AssertionError("the execution does not end")


# --- executed -----------------------------------------------------------------------------------


def test_a_fit_of_many_events_is_read_in_parts_and_is_the_whole_fit(
    cloud: Cloud, store: TenantStore, functions: Machine, fit_id: str
) -> None:
    """A part fails before it is read, one after it was kept, and the merged fit's end is not heard.

    Each is run again, and nothing is there twice.
    """
    failing = {("FitPartHandler", 3): "before", ("FitPartHandler", 5): "after"}
    failing["FitMergeHandler", None] = "after"

    def fail(when: str) -> Fault:
        def fault(function: str, given: dict[str, Any]) -> None:
            call = function, given.get("part", {}).get("number")
            if failing.get(call) == when and functions.calls[call] < 3:
                raise StoreUnavailable("not now")

        return fault

    functions.before, functions.after = fail("before"), fail("after")
    hand_on(fit_id)
    found = ended(f"acme-{fit_id}")
    assert (found["status"], found["output"].strip('"')) == ("SUCCEEDED", "done")
    numbers = {number for function, number in functions.calls if function == "FitPartHandler"}
    assert len(numbers) >= 3 * store.config.shards
    assert numbers == set(range(len(numbers)))
    assert {call for call, times in functions.calls.items() if times == 3} == set(failing)
    assert 1 < functions.at_once <= 3
    assert len(functions.waits) >= 6  # moto's own threads trip at times, and are tried again, too
    assert all(0 <= one <= 120 for one in functions.waits)
    header = show_fit(store, fit_id)
    assert (header.status, header.as_of) == ("done", "2026-03-15T12:00:00Z")
    assert document_of(store, fit_id) == plain_fit(store)
    assert parts_left(cloud) == []


def test_a_message_that_comes_again_starts_nothing_again(
    store: TenantStore, functions: Machine, fit_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the fit has ended, after it, and while it ends, by who had planned it once more."""
    plan = fit_worker.plan_fit(
        store, fit_id, now=NOW, above=100, part_events=30, merged_events=10**9
    )
    hand_on(fit_id)
    hand_on(fit_id)
    assert ended(f"acme-{fit_id}")["status"] == "SUCCEEDED"
    calls, header = functions.calls.total(), show_fit(store, fit_id)
    assert header.status == "done"
    for planned in (None, plan):
        monkeypatch.setattr(fit_worker, "plan_fit", lambda *_, planned=planned, **__: planned)
        hand_on(fit_id, NOW + dt.timedelta(hours=1))
        assert show_fit(store, fit_id) == header
    assert functions.calls.total() == calls
    assert set(functions.calls.values()) == {1}


def test_a_fit_that_was_tried_before_is_read_in_parts_whatever_the_totals_say(
    cloud: Cloud, store: TenantStore, functions: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIKEWORTH_FIT_WHOLE_EVENTS", "1000000")
    wiring.use_session(session())
    record_history(store, FEW)
    fit_id = asked_for(store, start=END - dt.timedelta(days=13), end=END)
    hand_on(fit_id, ApproximateReceiveCount="2")
    assert ended(f"acme-{fit_id}")["status"] == "SUCCEEDED"
    parts = [number for function, number in functions.calls if function == "FitPartHandler"]
    assert len(parts) == 14 * store.config.shards


def test_a_part_that_fails_for_good_fails_the_fit(
    cloud: Cloud, store: TenantStore, functions: Machine, fit_id: str
) -> None:
    """moto goes on to the merge, as it does not know `ToleratedFailureCount`; that rejects, too."""

    def fault(function: str, given: dict[str, Any]) -> None:
        if given.get("part", {}).get("number") == 2:
            raise MemoryError

    functions.before = fault
    hand_on(fit_id)
    found = ended(f"acme-{fit_id}")
    assert found["status"] == "FAILED"
    assert 5 <= functions.calls["FitPartHandler", 2] <= 7  # a trip of moto's costs one of seven
    assert all(one <= 120 for one in functions.waits)
    assert outcome_of(show_fit(store, fit_id)) == ("failed", "unfinished_fit")
    assert store.fits.document(fit_id) is None
    assert parts_left(cloud) == []


def test_a_fit_whose_machine_was_stopped_has_failed_the_next_day(
    cloud: Cloud, store: TenantStore, functions: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those that go on, a plain one comes again with its message, and a young one by itself."""
    record_history(store, FEW)
    monkeypatch.setattr(wiring, "start_fit_machine", lambda *_: True)
    first = NOW.date() - dt.timedelta(days=170)  # of one window only one is queued
    stopped, plain, young = (
        asked_for(store, start=first - dt.timedelta(days=number)) for number in range(3)
    )
    for fit_id, hour in ((stopped, 0), (young, 6)):
        hand_on(fit_id, NOW + dt.timedelta(hours=hour))
    with pytest.raises(MemoryError):
        run_fit(store, plain, now=NOW, estimate=raise_memory_error)
    workers.end_fits(now=NOW + dt.timedelta(hours=6, minutes=30))
    assert show_fit(store, stopped).status == "running"
    workers.end_fits(now=NOW + dt.timedelta(hours=8))
    header = show_fit(store, stopped)
    assert outcome_of(header) == ("failed", "unfinished_fit")
    assert {show_fit(store, one).status for one in (plain, young)} == {"running"}
    workers.end_fits(now=NOW + dt.timedelta(days=1))
    assert show_fit(store, stopped) == header
    assert show_fit(store, young).status == "failed"


def test_a_fit_that_was_handed_on_and_is_read_as_a_whole_then_is_not_taken_for_stopped(
    store: TenantStore, fit_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "start_fit_machine", lambda *_: True)
    hand_on(fit_id)
    with pytest.raises(MemoryError):
        run_fit(store, fit_id, now=NOW, estimate=raise_memory_error)
    workers.end_fits(now=NOW + dt.timedelta(days=1))
    assert show_fit(store, fit_id).status == "running"


def test_what_the_machine_should_never_ask_is_not_tried_again(
    cloud: Cloud, functions: Machine
) -> None:
    part = {"number": 0, "shard": 0, "first": "2026-03-02", "last": "2026-03-01"}
    given = {"tenant": "acme", "fit_id": "x", "as_of": "2026-03-15T12:00:00Z", "parts": [part]}
    given |= {"followed": 1024, "first": "2026-03-01", "last": "2026-03-02", "oldest": "2026-01-01"}
    assert wiring.start_fit_machine("wrong", given | {"at_once": 1})
    assert ended("wrong")["status"] == "FAILED"
    assert functions.calls["FitPartHandler", 0] == 1
    for wrong in ({}, given, given | {"tenant": "Acme!"}, given | {"tenant": "-"}):
        with pytest.raises(UnprocessableMessage):
            workers.merge_fit(wrong, now=NOW)


def test_a_fit_of_fewer_events_is_read_as_a_whole(
    cloud: Cloud, store: TenantStore, functions: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = record_history(store, FEW)
    monkeypatch.setenv("LIKEWORTH_FIT_WHOLE_EVENTS", str(events + FEW))
    wiring.use_session(session())
    fit_id = asked_for(store)
    hand_on(fit_id)
    assert show_fit(store, fit_id).status == "done"
    assert not functions.calls


# --- as it is deployed --------------------------------------------------------------------------


def test_the_machine_tolerates_nothing_and_tries_again_with_jitter() -> None:
    states = definition()["States"]
    (read,) = states["ReadParts"]["ItemProcessor"]["States"].values()
    assert states["ReadParts"]["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert states["ReadParts"]["ToleratedFailureCount"] == 0
    for task in (read, states["MergeParts"]):
        assert task["TimeoutSeconds"] > 900
        *_, everything = task["Retry"]
        assert everything["ErrorEquals"] == ["States.ALL"]
        assert everything["BackoffRate"] > 1
        assert everything["JitterStrategy"] == "FULL"
        assert everything["MaxAttempts"] >= 3
        (throttled,) = [
            one
            for one in task["Retry"]
            if one["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
        ]
        # It waits for its turn behind other fits, and not at the cost of a fault's attempts.
        assert throttled["MaxAttempts"] * throttled["MaxDelaySeconds"] > 3_600
    assert read["Retry"] == states["MergeParts"]["Retry"]
    seconds = definition()["TimeoutSeconds"] + states["MergeParts"]["TimeoutSeconds"]
    assert dt.timedelta(seconds=seconds) < LONGEST
    assert "null" not in json.dumps(states)  # which CloudFormation rejects in a template


def test_the_bucket_removes_parts_that_were_left() -> None:
    bucket = packaged.template()["Resources"]["Bucket"]["Properties"]
    (rule,) = [
        one for one in bucket["LifecycleConfiguration"]["Rules"] if one["Id"] == "parts-of-fits-go"
    ]
    (tag,) = rule["TagFilters"]
    assert f"{tag['Key']}={tag['Value']}" == PASSING_TAG
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 1)
