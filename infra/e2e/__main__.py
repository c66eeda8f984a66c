"""Deploy the output of `make package` to MiniStack and test every part of the service.

    python -m infra.e2e PROGRAM [--package build/package] [--stage dev]

It deploys and updates with the command of `make deploy`. It creates an API key, sends events by
HTTP and an export by S3, waits for totals from the stream, a fit from the daily jobs and one in
parts from the state machine, registers a geo test, and reads answers. A poison file must reach the
dead-letter queue, and only the failed message of a batch may be delivered again. At the end it
restores a lost day and deletes the stack.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.commands import run
from infra.deploy import DeploymentError, Stack, stack_name, stack_of
from infra.e2e import ministack
from infra.e2e.ministack import Server
from infra.lambda_runtime.events import clock
from infra.packaging.content import ROOT
from infra.packaging.targets import PACKAGES
from infra.rehearsal import (
    REPORT,
    REPORTED,
    TENANT,
    appointment,
    check_answers,
    check_geo_test,
    counted,
    expect,
    report,
    send_brand,
    yesterday,
)

PATIENCE_SECONDS = 300.0
WAIT_SECONDS = 1500.0
"""Totals of a day that keeps changing are derived every quarter of an hour."""

AGAIN_AFTER_SECONDS = "15"
"""Visibility timeout for the test, instead of 30 or 90 minutes."""

POISON = "imports/nobody-at-all/x.csv"


class Deployed:
    """The deployed stack, used like its users and its operator do."""

    def __init__(self, server: Server, stack: Stack) -> None:
        self._server = server
        self.stack = stack
        self.key = ""
        api = stack.outputs["RestAPIId"]
        self._address = f"{server.endpoint}/restapis/{api}/api/_user_request_"

    def status(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request; returns status and decoded body."""
        request = urllib.request.Request(
            self._address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"}
            | ({"x-api-key": self.key} if self.key else {}),
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:  # nosec B310 - 127.0.0.1
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Send a request that must have this status; returns the decoded body.

        Like any client, repeat a request that is answered 503: on a busy machine, the first start
        of a function takes longer than the API waits for it.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        found, answer = self.status(method, path, body)
        while found == 503 != status and time.monotonic() < deadline:
            time.sleep(1)
            found, answer = self.status(method, path, body)
        expect(found == status, f"{method} {path}: {found} {answer}")
        return answer

    def make_key(self) -> None:
        """Create a key with the command line, as the handbook describes."""
        self.key = self.command("keys", "create", "--tenant", TENANT, "--role", "admin").strip()

    def command(self, *arguments: str) -> str:
        """Run the command line for this stack; returns its output. AssertionError if it fails."""
        outputs = self.stack.outputs
        named = {
            "LIKEWORTH_TABLE": outputs["TableName"],
            "LIKEWORTH_BUCKET": outputs["BucketName"],
            "LIKEWORTH_SECRET_ARN": outputs["RootSecretArn"],
        }
        done = run(
            [sys.executable, "-m", "chalicelib", *arguments],
            only=os.environ | self._server.variables() | named,
            folder=ROOT,
        )
        expect(not done.failed, f"{' '.join(arguments[:2])}: {done.output}")
        return done.out

    def drop(self, key: str, body: bytes) -> None:
        """Put an object into the bucket."""
        bucket = self.stack.outputs["BucketName"]
        self._server.client("s3").put_object(Bucket=bucket, Key=key, Body=body)

    def tick(self) -> None:
        """Call the function of the daily jobs with the event of its rule."""
        name = self.stack.names["ScheduleHandler"]
        result = self._server.client("lambda").invoke(
            FunctionName=name, Payload=json.dumps(clock()).encode()
        )
        expect("FunctionError" not in result, f"schedule: {result}")

    def set_variables(self, function: str, **variables: str) -> None:
        """Change variables of a function's environment."""
        client, name = self._server.client("lambda"), self.stack.names[function]
        before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": before | variables}
        )

    def executions(self) -> list[str]:
        """The states of the executions of the state machine."""
        listed = self._server.client("stepfunctions").list_executions(
            stateMachineArn=self.stack.names["FitMachine"]
        )
        return [one["status"] for one in listed["executions"]]

    def hurry(self, queue: str) -> None:
        """Make failed messages of a queue visible again at once."""
        self._server.client("sqs").set_queue_attributes(
            QueueUrl=self.stack.names[queue], Attributes={"VisibilityTimeout": AGAIN_AFTER_SECONDS}
        )

    def send(self, queue: str, *bodies: str) -> None:
        """Send messages together."""
        self._server.client("sqs").send_message_batch(
            QueueUrl=self.stack.names[queue],
            Entries=[{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies)],
        )

    def waiting(self, queue: str) -> int:
        """Number of messages in a queue, visible or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._server.client("sqs").get_queue_attributes(
            QueueUrl=self.stack.names[queue], AttributeNames=names
        )
        return sum(int(found["Attributes"][name]) for name in names)

    def received(self, queue: str) -> list[str]:
        """The bodies of some messages of a queue."""
        received = self._server.client("sqs").receive_message(
            QueueUrl=self.stack.names[queue], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [message["Body"] for message in received.get("Messages", ())]


def golden_path(there: Deployed, tell: Callable[[str], None]) -> int:
    """Use everything once; returns the number of engagements sent. AssertionError on a failure."""
    expect(there.status("GET", "/v1/health")[0] == 200, "the API does not answer")
    status, answer = there.status("GET", "/v1/roi")
    expect(
        (status, answer["code"]) == (401, "unauthenticated"), f"without a key: {status} {answer}"
    )
    there.make_key()
    sent = send_brand(there.ask)
    tell(f"created a key and sent the events of a brand by HTTP ({sent} engagements)")
    there.drop(REPORT, report())
    wait_for(lambda: _states(there) == ["done"], "the export is imported")
    tell("imported an export from the bucket")
    wait_for(lambda: counted(there.ask) > 0, "there are day totals")
    tell("the stream derived day totals")
    there.tick()
    wait_for(lambda: _fits(there) == ["done"], "the fit is done")
    check_answers(there.ask)
    tell("the daily jobs requested a fit, and the answers use it")
    whole = there.ask("GET", "/v1/roi")["channels"]
    there.set_variables(
        "FitHandler", LIKEWORTH_FIT_WHOLE_EVENTS="1", LIKEWORTH_FIT_PART_EVENTS="2000"
    )
    there.ask("POST", "/v1/fits", {}, 202)
    wait_for(lambda: _fits(there) == ["done", "done"], "the fit in parts is done")
    wait_for(lambda: there.executions() == ["SUCCEEDED"], "its execution has ended")
    expect(there.ask("GET", "/v1/roi")["channels"] == whole, "the fit in parts has another result")
    tell("the state machine read a fit in parts, with the same result")
    check_geo_test(there.ask)
    tell("the API registered an analysed geo test")
    return sent


def what_fails(there: Deployed, tell: Callable[[str], None]) -> None:
    """Check that failed messages reach the dead-letter queues; AssertionError if not."""
    for queue in ("ImportQueue", "TotalsQueue"):
        there.hurry(queue)
    there.drop(POISON, b"no export")
    wait_for(
        lambda: there.waiting("ImportDeadLetters") == 1,
        "the poison file is in the dead-letter queue",
    )
    (letter,) = there.received("ImportDeadLetters")
    expect(POISON in letter, f"dead letter: {letter}")
    expect(there.waiting("ImportQueue") == 0, "the poison is still in the queue")
    tell("a poison file went to the dead-letter queue")
    there.send("TotalsQueue", appointment(), "no JSON", appointment())
    wait_for(
        lambda: there.waiting("TotalsDeadLetters") == 1,
        "the bad message is in the dead-letter queue",
    )
    expect(
        there.received("TotalsDeadLetters") == ["no JSON"],
        "another message is in the dead-letter queue",
    )
    wait_for(lambda: there.waiting("TotalsQueue") == 0, "the good messages are done")
    tell("only the failed message of a batch was delivered again")


def wait_for(holds: Callable[[], bool], condition: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Poll until a condition is true; AssertionError when the time is over."""
    deadline = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < deadline, f"not within {seconds:.0f} s: {condition}")
        time.sleep(1)


def _states(there: Deployed) -> list[str]:
    return [one["state"] for one in there.ask("GET", "/v1/imports")["imports"]]


def _fits(there: Deployed) -> list[str]:
    return [one["status"] for one in there.ask("GET", "/v1/fits")["fits"]]


def known(template: dict[str, Any]) -> dict[str, Any]:
    """The template without what MiniStack does not support: budgets, alarms on several metrics."""
    resources = {
        name: one
        for name, one in template["Resources"].items()
        if one["Type"] != "AWS::Budgets::Budget"
        and (one["Type"] != "AWS::CloudWatch::Alarm" or "Metrics" not in one["Properties"])
    }
    return {**template, "Resources": resources}


def copy_known(package: Path, folder: Path) -> Path:
    """The packages with the part of the template that MiniStack supports."""
    folder.mkdir()
    for one in PACKAGES:
        (folder / f"{one.name}.zip").symlink_to((package / f"{one.name}.zip").absolute())
    template = json.loads((package / "template.json").read_text(encoding="utf-8"))
    (folder / "template.json").write_text(json.dumps(known(template)), encoding="utf-8")
    return folder


def deploy(server: Server, package: Path, stage: str, *more: str) -> Stack:
    """Run the command of `make deploy`; AssertionError if it fails."""
    arguments = ["--stage", stage, "--package", str(package), *more]
    done = run(
        [sys.executable, "-m", "infra.deploy", *arguments],
        only=os.environ | server.variables(),
        folder=ROOT,
    )
    expect(not done.failed, f"make deploy: {done.output}")
    stack = stack_of(server.client("cloudformation"), stack_name(stage))
    expect(stack.outputs["TableName"] in done.out, f"make deploy: {done.output}")
    return stack


def update(there: Deployed, server: Server, package: Path, stage: str) -> None:
    """Deploy again with one more resource; AssertionError if anything else changes."""
    before = there.stack.names
    after = deploy(server, package, stage, "--alarm-email", "operator@example.org").names
    expect(set(after) - set(before) == {"AlarmSubscription"}, f"new: {set(after) - set(before)}")
    expect({name: after.get(name) for name in before} == before, "a resource was replaced")
    there.ask("GET", "/v1/roi")


def lose_and_restore(there: Deployed, server: Server, engagements: int) -> int:
    """Delete a day of a shard and copy it back (docs/operations.md); return the events restored."""
    client, table = server.client("dynamodb"), there.stack.outputs["TableName"]
    copy = f"{table}-restored"
    client.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName=copy, UseLatestRestorableTime=True
    )
    client.get_waiter("table_exists").wait(TableName=copy)
    day = f"{TENANT}#events#{yesterday() - dt.timedelta(days=7)}#0"
    query: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": day}},
        "ConsistentRead": True,
    }
    before = client.query(**query)["Items"]
    for item in before:
        client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    expect(len(before) > 0, "there is no event to delete")
    for item in client.query(**query | {"TableName": copy})["Items"]:
        client.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")
    there.command("erase", "--tenant", TENANT)
    expect(client.query(**query)["Items"] == before, "the restored events differ")
    wait_for(lambda: counted(there.ask) == engagements, "the totals equal those from before")
    return len(before)


def tear_down(server: Server, stack: Stack, stage: str) -> None:
    """Delete the stack; AssertionError unless exactly table and bucket are left."""
    client = server.client("cloudformation")
    client.delete_stack(StackName=stack_name(stage))
    wait_for(lambda: not _is_there(client, stage), "the stack is gone")
    functions = server.client("lambda").list_functions()["Functions"]
    left = {one["FunctionName"] for one in functions} & set(stack.names.values())
    expect(not left, f"functions are left: {left}")
    server.client("dynamodb").describe_table(TableName=stack.outputs["TableName"])
    server.client("s3").head_bucket(Bucket=stack.outputs["BucketName"])


def _is_there(client: Any, stage: str) -> bool:
    try:
        stack_of(client, stack_name(stage))
    except DeploymentError:
        return False
    return True


def main() -> int:
    """Run the test and print a line for each successful step."""
    parser = argparse.ArgumentParser(prog="make e2e", description=__doc__)
    parser.add_argument("program", type=Path, help="MiniStack for Lambda's Python version")
    parser.add_argument("--package", type=Path, default=Path("build/package"), metavar="DIR")
    parser.add_argument("--stage", default="dev")
    given = parser.parse_args()
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {what}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with ministack.running(given.program.absolute(), log) as server:
            try:
                package = copy_known(given.package, Path(folder, "package"))
                stack = deploy(server, package, given.stage)
                tell(f"deployed: {len(stack.names)} resources")
                there = Deployed(server, stack)
                sent = golden_path(there, tell)
                update(there, server, package, given.stage)
                tell("an update added the new resource and changed nothing else")
                what_fails(there, tell)
                wait_for(
                    lambda: counted(there.ask) == sent + REPORTED,
                    "the totals equal what was sent and imported",
                    WAIT_SECONDS,
                )
                tell("the day totals equal what was sent and imported")
                restored = lose_and_restore(there, server, sent + REPORTED)
                tell(f"restored {restored} lost events from a point in time")
                tear_down(server, there.stack, given.stage)
                tell("deleted the stack; table and bucket are retained")
            except Exception:
                print(log.read_text()[-6000:], file=sys.stderr)
                raise
    print("the deployed stack passed all checks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
