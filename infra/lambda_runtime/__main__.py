"""Run every function of the packages as Lambda would, one after the other.

    python -m infra.lambda_runtime [--package build/package] [--starts 5]

It sends a request, a file, a stream batch, the daily jobs, a fit in one call and in parts, and a
geo test to the unpacked zips. At the end it prints start time and memory of each function. The
times are those of this machine. Lambda gives a function a share of a core in proportion to its
memory, but a whole core while it starts.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra.lambda_runtime import cloud, events, invoke_api
from infra.lambda_runtime.cloud import Cloud
from infra.lambda_runtime.function import Function, Installed, started
from infra.lambda_runtime.runtime_api import FunctionError
from infra.packaging.checking import unpack
from infra.packaging.content import ROOT, install_locked, install_runtime
from infra.packaging.targets import PACKAGES, architecture_here, find_python
from infra.rehearsal import (
    REPORT,
    REPORTED,
    TENANT,
    Ask,
    appointment,
    check_answers,
    check_geo_test,
    counted,
    expect,
    report,
    send_brand,
)


@dataclass(frozen=True)
class Stage:
    """The environment of the functions."""

    template: Mapping[str, Any]
    tasks: Mapping[str, Path]
    installed: Installed
    cloud: Cloud

    def start(self, stack: ExitStack, function: str, **changed: str) -> Function:
        """Start the process of a function, with some variables changed."""
        properties = self.template["Resources"][function]["Properties"]
        (package,) = (one for one in PACKAGES if function in one.functions)
        return stack.enter_context(
            started(
                self.tasks[package.name],
                properties["Handler"],
                self.installed,
                self.cloud.variables(self.template, function) | changed,
            )
        )


def walk(stage: Stage, functions: Mapping[str, Function]) -> None:
    """Send a tenant's data through all functions; AssertionError if one fails."""
    api = functions["APIHandler"]
    there = stage.cloud
    key = _key(stage)

    def ask(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = api.invoke(events.request(method, path, key, body))
        expect(answer["statusCode"] == status, f"{method} {path}: {answer['body']}")
        return json.loads(answer["body"])

    expect(ask("GET", "/v1/health")["status"] == "ok", "health")
    rejected = api.invoke(events.request("GET", "/v1/roi"))
    expect(rejected["statusCode"] == 401, f"without a key: {rejected['statusCode']}")
    _check_pages(api)
    sent = send_brand(ask)
    _import(stage, functions["ImportHandler"], report())
    (imported,) = ask("GET", "/v1/imports")["imports"]
    expect(imported["state"] == "done" and imported["rejected"] == 0, f"import: {imported}")
    functions["AggregateHandler"].invoke(events.changes(_partitions(there)), seconds=300)
    response = functions["TotalsHandler"].invoke(events.messages([appointment()], "totals"))
    expect(response == {"batchItemFailures": []}, f"totals: {response}")
    expect(counted(ask) == sent + REPORTED, f"{counted(ask)} of {sent} + {REPORTED} engagements")
    functions["ScheduleHandler"].invoke(events.clock())
    requested = there.received("FitQueue")
    expect(len(requested) == 1, f"{len(requested)} fits were requested")
    response = functions["FitHandler"].invoke(events.messages(requested, "fits"), seconds=600)
    expect(response == {"batchItemFailures": []}, f"fit: {response}")
    check_answers(ask)
    _fit_in_parts(stage, functions, ask)
    check_geo_test(ask)
    poisoned = functions["ImportHandler"].invoke(events.messages(["no JSON"], "imports"))
    expect(len(poisoned["batchItemFailures"]) == 1, f"poison: {poisoned}")


def _check_pages(api: Function) -> None:
    """Read the dashboard, and the documentation as the built site."""
    errors = events.page("/docs/{page}", page="errors")
    for event in (
        events.page("/"),
        events.page("/docs"),
        errors,
        events.page("/docs/assets/{asset}", asset="search.json"),
        events.page("/openapi.json"),
    ):
        answer = api.invoke(event)
        expect(answer["statusCode"] == 200, f"GET {event['path']}: {answer['statusCode']}")
    expect("assets/bundle." in api.invoke(errors)["body"], "/docs/errors is not the built site")


def _key(stage: Stage) -> str:
    """Create a tenant and an admin key, as the command line does."""
    from chalicelib import wiring
    from chalicelib.services.credentials.api_keys import create_key

    os.environ |= stage.cloud.variables(stage.template, "APIHandler")
    wiring.reset()
    return create_key(wiring.store(TENANT), "admin", now=dt.datetime.now(dt.UTC))


def _import(stage: Stage, function: Function, body: bytes) -> None:
    bucket = stage.cloud.names["Bucket"]
    put = stage.cloud.client("s3").put_object(Bucket=bucket, Key=REPORT, Body=body)
    message = events.uploaded(bucket, REPORT, put["ETag"])
    response = function.invoke(events.messages([message], "imports"))
    expect(response == {"batchItemFailures": []}, f"import: {response}")


def _fit_in_parts(stage: Stage, functions: Mapping[str, Function], ask: Ask) -> None:
    """Run the same fit in parts; this function replaces the state machine."""
    whole = ask("GET", "/v1/roi")["channels"]
    ask("POST", "/v1/fits", {}, 202)
    with ExitStack() as stack:
        planner = stage.start(
            stack,
            "FitHandler",
            LIKEWORTH_FIT_WHOLE_EVENTS="1",
            LIKEWORTH_FIT_PART_EVENTS="2000",
        )
        requested = stage.cloud.received("FitQueue")
        expect(len(requested) == 1, f"{len(requested)} fits were requested")
        response = planner.invoke(events.messages(requested, "fits"))
        expect(response == {"batchItemFailures": []}, f"plan: {response}")
    machine = stage.cloud.client("stepfunctions")
    arn = stage.cloud.names["FitMachine"]
    executions = machine.list_executions(stateMachineArn=arn)["executions"]
    expect(len(executions) == 1, f"{len(executions)} executions of the state machine")
    described = machine.describe_execution(executionArn=executions[0]["executionArn"])
    plan = json.loads(described["input"])
    expect(len(plan["parts"]) >= 8, f"{len(plan['parts'])} parts")
    for part in plan["parts"]:
        given = {name: value for name, value in plan.items() if name != "parts"}
        kept = functions["FitPartHandler"].invoke(given | {"part": part})
        expect(kept > 0, f"part {part}: {kept}")
    ended = functions["FitMergeHandler"].invoke(plan, seconds=600)
    expect(ended == "done", f"merge: {ended}")
    expect(ask("GET", "/v1/roi")["channels"] == whole, "the fit in parts has another result")


def _partitions(there: Cloud) -> list[tuple[str, str]]:
    """One key of each partition of events, as the stream would deliver it."""
    pages = (
        there.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=there.names["Table"], ProjectionExpression="pk, sk")
    )
    found = {item["pk"]["S"]: item["sk"]["S"] for page in pages for item in page["Items"]}
    return [(pk, sk) for pk, sk in found.items() if "#events#2" in pk]


def cold_starts(stage: Stage, function: str, times: int) -> list[float]:
    """Milliseconds that a function took to start, for each of several starts."""
    taken = []
    for _ in range(times):
        with ExitStack() as stack:
            taken.append(stage.start(stack, function).cold_seconds * 1000)
    return taken


def main() -> int:
    """Run everything and print a line for each function."""
    parser = argparse.ArgumentParser(prog="make lambda-test", description=__doc__)
    parser.add_argument("--package", type=Path, default=Path("build/package"), metavar="DIR")
    parser.add_argument("--starts", type=int, default=5)
    given = parser.parse_args()
    template = json.loads((given.package / "template.json").read_text())
    here = architecture_here()
    (packaged_for,) = template["Resources"]["APIHandler"]["Properties"]["Architectures"]
    if here is None or here.name != packaged_for:
        parser.error(f"{given.package} is for {packaged_for}; this machine has another processor")
    with tempfile.TemporaryDirectory() as folder, cloud.running() as there, ExitStack() as stack:
        functions: dict[str, Function] = {}
        address = stack.enter_context(invoke_api.running(functions))
        there = replace(there, endpoints={**there.endpoints, "AWS_ENDPOINT_URL_LAMBDA": address})
        tasks = {}
        for package in PACKAGES:
            tasks[package.name] = Path(folder, package.name)
            unpack(given.package / f"{package.name}.zip", tasks[package.name])
        runtime = Path(folder, "runtime")
        install_runtime(runtime, here)
        install_locked(runtime, ROOT / "requirements-lambda.lock", here)
        log = stack.enter_context(Path(folder, "log").open("w+"))
        stage = Stage(template, tasks, Installed(find_python(), runtime, log), there)
        names = [name for package in PACKAGES for name in package.functions]
        functions.update({name: stage.start(stack, name) for name in names})
        try:
            walk(stage, functions)
        except (AssertionError, FunctionError):
            log.seek(0)
            print(log.read()[-8000:], file=sys.stderr)
            raise
        print(f"{'function':18} {'package':8} {'cold ms':>8} {'min':>6} {'max':>6} {'peak MB':>8}")
        for package in PACKAGES:
            for name in package.functions:
                taken = cold_starts(stage, name, given.starts)
                print(
                    f"{name:18} {package.name:8} {statistics.median(taken):8.0f} "
                    f"{min(taken):6.0f} {max(taken):6.0f} {functions[name].peak_mb:8.0f}",
                    flush=True,
                )
    print(
        "passed: a request, a file, a stream batch, the daily jobs, a fit in one call and in "
        "parts, a geo test"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
