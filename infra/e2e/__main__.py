"""Deploys what `make package` made to MiniStack, and goes the whole way through it.

    python -m infra.e2e PROGRAM [--package build/package] [--stage dev]

An API key, events by HTTP, an export by S3, totals by the stream, a fit by the schedule, answers;
a poison file that ends with the dead letters, and a batch of which only what failed comes again.
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

from infra.deploy import Stack, deploy
from infra.e2e import ministack
from infra.e2e.ministack import Server
from infra.lambda_runtime.events import clock
from infra.rehearsal import (
    REPORT,
    TENANT,
    appointment,
    check_roi,
    counted,
    expect,
    report,
    send_brand,
)

PATIENCE_SECONDS = 300.0
WAIT_SECONDS = 1500.0
"""A day that goes on changing after its totals were derived waits for a quarter of an hour."""

AGAIN_AFTER_SECONDS = "15"
"""In place of the hours after which a message comes again: there is one queue to be tried."""

POISON = "imports/nobody-at-all/x.csv"


class Deployed:
    """The stack as its users and its operator see it."""

    def __init__(self, server: Server, stack: Stack) -> None:
        self._server = server
        self.stack = stack
        self.key = ""
        api = stack.outputs["RestAPIId"]
        self._address = f"{server.endpoint}/restapis/{api}/api/_user_request_"

    def status(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and decoded body of an answer."""
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

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded body of an answer that must be 2xx."""
        status, told = self.status(method, path, body)
        expect(200 <= status < 300, f"{method} {path}: {status} {told}")
        return told

    def make_key(self) -> None:
        """As the handbook says: the command line, with the names of the stack."""
        from chalicelib import wiring
        from chalicelib.services.keys import create_key

        outputs = self.stack.outputs
        os.environ |= self._server.variables() | {
            "LIKEWORTH_TABLE": outputs["TableName"],
            "LIKEWORTH_BUCKET": outputs["BucketName"],
            "LIKEWORTH_SECRET_ARN": outputs["RootSecretArn"],
        }
        wiring.reset()
        self.key = create_key(wiring.store(TENANT), "admin", now=dt.datetime.now(dt.UTC))

    def drop(self, key: str, body: bytes) -> None:
        """Put an object into the bucket."""
        bucket = self.stack.outputs["BucketName"]
        self._server.client("s3").put_object(Bucket=bucket, Key=key, Body=body)

    def tick(self) -> None:
        """Call the schedule's function with what its rule sends."""
        name = self.stack.names["ScheduleHandler"]
        told = self._server.client("lambda").invoke(
            FunctionName=name, Payload=json.dumps(clock()).encode()
        )
        expect("FunctionError" not in told, f"schedule: {told}")

    def hurry(self, queue: str) -> None:
        """Let messages of a queue come again at once."""
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
        """How many messages a queue has, seen or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self._server.client("sqs").get_queue_attributes(
            QueueUrl=self.stack.names[queue], AttributeNames=names
        )
        return sum(int(told["Attributes"][name]) for name in names)

    def received(self, queue: str) -> list[str]:
        """The bodies of some messages of a queue."""
        told = self._server.client("sqs").receive_message(
            QueueUrl=self.stack.names[queue], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [message["Body"] for message in told.get("Messages", ())]


def golden_path(there: Deployed, tell: Callable[[str], None]) -> int:
    """How many engagements were sent; AssertionError where something does not come about."""
    expect(there.status("GET", "/v1/health")[0] == 200, "the API does not answer")
    status, told = there.status("GET", "/v1/roi")
    expect((status, told["code"]) == (401, "unauthenticated"), f"without a key: {status} {told}")
    there.make_key()
    sent = send_brand(there.ask)
    tell(f"a key is made, {sent} engagements with the rest of a brand are sent by HTTP")
    there.drop(REPORT, report())
    wait_for(lambda: _states(there) == ["done"], "the export is imported")
    tell("an export in the bucket is imported")
    wait_for(lambda: counted(there.ask) > 0, "there are day totals")
    tell("the stream derives day totals")
    there.tick()
    wait_for(lambda: _fits(there) == ["done"], "the fit is done")
    check_roi(there.ask)
    tell("the schedule has asked for a fit, and GET /v1/roi tells of it")
    return sent


def what_fails(there: Deployed, tell: Callable[[str], None]) -> None:
    """Raises AssertionError where something does not come about."""
    for queue in ("ImportQueue", "TotalsQueue"):
        there.hurry(queue)
    there.drop(POISON, b"no export")
    wait_for(lambda: there.waiting("ImportDeadLetters") == 1, "the poison file is put aside")
    (letter,) = there.received("ImportDeadLetters")
    expect(POISON in letter, f"dead letter: {letter}")
    expect(there.waiting("ImportQueue") == 0, "the poison is still in the queue")
    tell("a poison file ends with the dead letters")
    there.send("TotalsQueue", appointment(), "no JSON", appointment())
    wait_for(lambda: there.waiting("TotalsDeadLetters") == 1, "the bad message is put aside")
    expect(there.received("TotalsDeadLetters") == ["no JSON"], "another message is put aside")
    wait_for(lambda: there.waiting("TotalsQueue") == 0, "the good messages are done")
    tell("of a batch only what failed comes again")


def wait_for(holds: Callable[[], bool], told: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Look again and again until something holds; raises AssertionError."""
    deadline = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < deadline, f"not within {seconds:.0f} s: {told}")
        time.sleep(1)


def _states(there: Deployed) -> list[str]:
    return [one["state"] for one in there.ask("GET", "/v1/imports")["imports"]]


def _fits(there: Deployed) -> list[str]:
    return [one["status"] for one in there.ask("GET", "/v1/fits")["fits"]]


def known(template: dict[str, Any]) -> dict[str, Any]:
    """The template without alarms on sums of metrics, which MiniStack does not know."""
    resources = {
        name: one
        for name, one in template["Resources"].items()
        if one["Type"] != "AWS::CloudWatch::Alarm" or "Metrics" not in one["Properties"]
    }
    return {**template, "Resources": resources}


def main() -> int:
    """Prints a line for each thing that holds."""
    parser = argparse.ArgumentParser(prog="make e2e", description=__doc__)
    parser.add_argument("program", type=Path, help="MiniStack, installed for the Python of Lambda")
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
                stack = deploy(server.client, given.package, given.stage, change=known)
                tell(f"deployed: {len(stack.names)} resources")
                there = Deployed(server, stack)
                sent = golden_path(there, tell)
                what_fails(there, tell)
                wait_for(
                    lambda: counted(there.ask) >= sent, "the totals are what was sent", WAIT_SECONDS
                )
                tell("the day totals are what was sent")
            except Exception:
                print(log.read_text()[-6000:], file=sys.stderr)
                raise
    print("the deployed stack does what it should")
    return 0


if __name__ == "__main__":
    sys.exit(main())
