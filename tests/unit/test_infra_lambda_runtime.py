"""The Runtime API of the tests: each event is delivered once to a living process and answered."""

from __future__ import annotations

import base64
import datetime as dt
import http.client
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.services.experiments import analyse, parse_experiment
from chalicelib.storage.tenant_store import TenantStore
from infra import rehearsal
from infra.lambda_runtime import events, invoke_api, runtime_api
from infra.lambda_runtime.runtime_api import VERSION, FunctionError, RuntimeApi
from tests.conftest import session


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    with runtime_api.running() as made:
        yield made


def ask(api: RuntimeApi) -> http.client.HTTPConnection:
    """A process that has requested the next event and waits."""
    connection = http.client.HTTPConnection(api.address, timeout=10)
    connection.request("GET", f"{VERSION}/invocation/next")
    return connection


def answer(api: RuntimeApi, path: str, body: Any) -> int:
    connection = http.client.HTTPConnection(api.address, timeout=10)
    connection.request("POST", f"{VERSION}/{path}", json.dumps(body))
    status = connection.getresponse().status
    connection.close()
    return status


def serve(api: RuntimeApi, kind: str = "response") -> threading.Thread:
    """A process that receives one event and returns it."""

    def work() -> None:
        connection = ask(api)
        told = connection.getresponse()
        event = json.loads(told.read())
        request_id = told.headers["Lambda-Runtime-Aws-Request-Id"]
        assert int(told.headers["Lambda-Runtime-Deadline-Ms"]) > time.time() * 1000
        answer(api, f"invocation/{request_id}/{kind}", {"was": event})
        connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_an_event_is_delivered_and_its_answer_returned(api: RuntimeApi) -> None:
    for number in range(3):
        worker = serve(api)
        assert api.invoke({"number": number}, seconds=10) == {"was": {"number": number}}
        worker.join(10)


def test_a_process_killed_while_waiting_loses_no_event(api: RuntimeApi) -> None:
    gone = ask(api)
    assert api.wait_until_asked(10)
    assert gone.sock is not None
    gone.sock.close()
    time.sleep(4 * runtime_api.LOOKED_EVERY)
    worker = serve(api)
    assert api.invoke({"number": 1}, seconds=10) == {"was": {"number": 1}}
    worker.join(10)


def test_an_exception_of_the_function_is_raised(api: RuntimeApi) -> None:
    serve(api, "error")
    with pytest.raises(FunctionError, match="number"):
        api.invoke({"number": 1}, seconds=10)


def test_a_function_that_never_answers_times_out(api: RuntimeApi) -> None:
    with pytest.raises(FunctionError, match="no answer"):
        api.invoke({}, seconds=0.2)


def test_a_failed_start_is_reported_with_its_error(api: RuntimeApi) -> None:
    assert answer(api, "init/error", {"errorMessage": "no module"}) == 202
    assert "no module" in api.why()
    assert answer(api, "nonsense", {}) == 404


class Answering:
    """A function that returns its event, or fails on request."""

    def invoke(self, event: Any) -> Any:
        if event.get("fail"):
            raise FunctionError("it was told to")
        return {"was": event}


def test_a_function_can_invoke_another_one() -> None:
    functions: Any = {"AnalysisHandler": Answering()}
    with invoke_api.running(functions) as address:
        client = session().client("lambda", endpoint_url=address)
        told = client.invoke(FunctionName="AnalysisHandler", Payload=b'{"a": 1}')
        assert json.loads(told["Payload"].read()) == {"was": {"a": 1}}
        assert "FunctionError" not in told
        told = client.invoke(FunctionName="AnalysisHandler", Payload=b'{"fail": 1}')
        assert told["FunctionError"] == "Unhandled"
        assert json.loads(told["Payload"].read())["errorMessage"] == "it was told to"
        with pytest.raises(ClientError):
            client.invoke(FunctionName="Other", Payload=b"{}")


def test_the_geo_test_of_the_rehearsal_has_a_detectable_effect() -> None:
    def ask(method: str, path: str, body: Any, status: int) -> Any:
        assert (method, path, status) == ("POST", "/v1/experiments", 201)
        now = dt.datetime.now(dt.UTC)
        found = analyse(parse_experiment(body, today=now.date()), now=now)
        return {"analysis": found.experiment.analysis}

    rehearsal.check_geo_test(ask)


def test_the_application_answers_a_made_request(store: TenantStore) -> None:
    import app

    told = app.app(events.request("GET", "/v1/health"), None)
    assert (told["statusCode"], json.loads(told["body"])["status"]) == (200, "ok")
    rejected = app.app(events.request("GET", "/v1/timeseries?metric=events"), None)
    assert rejected["statusCode"] == 401


def test_a_made_request_has_the_format_of_the_gateway() -> None:
    event = events.request("GET", "/v1/roi?from=2026-01-01&channel=facebook", "k")
    assert event["path"] == event["requestContext"]["resourcePath"] == "/v1/roi"
    assert event["multiValueHeaders"]["x-api-key"] == ["k"]
    assert event["multiValueQueryStringParameters"] == {
        "from": ["2026-01-01"],
        "channel": ["facebook"],
    }
    assert (event["body"], event["isBase64Encoded"]) == (None, False)
    sent = events.request("POST", "/v1/events", "k", {"events": []})
    assert json.loads(base64.b64decode(sent["body"])) == {"events": []}
    assert sent["isBase64Encoded"]
