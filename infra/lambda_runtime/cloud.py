"""The services of AWS that the functions use: DynamoDB Local, and moto's server for the rest."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from infra import dynamodb_local
from infra.stack.lambdas import FUNCTIONS
from tests.conftest import create_table

REGION = "eu-central-1"
STAND_IN = "testing"
SERVICES = ("S3", "SQS", "SECRETS_MANAGER", "STS", "SFN")
REFERENCES = {
    "Table": "likeworth",
    "Bucket": "likeworth-exports",
    "RootSecret": "",
    "AnalysisHandler": "AnalysisHandler",
    **{
        f"{function}TenantRole": f"arn:aws:iam::123456789012:role/{function}TenantRole"
        for function in (one.name for one in FUNCTIONS if one.tenant_rights)
    },
}
CALLED = {"secretsmanager": "SECRETS_MANAGER", "stepfunctions": "SFN"}
"""Services whose environment variable has a different name."""

QUEUES = tuple(f"{one.name}Queue" for one in FUNCTIONS if one.queue is not None)


@dataclass(frozen=True)
class Cloud:
    """Addresses and names of the services."""

    endpoints: Mapping[str, str]
    """Environment variables with which clients of AWS reach them."""
    names: Mapping[str, str]
    """Logical name in the template -> name, URL or ARN here."""

    def client(self, service: str) -> Any:
        """A client of a service, for checks from outside."""
        variable = f"AWS_ENDPOINT_URL_{CALLED.get(service, service.upper())}"
        return boto3.client(
            service,
            endpoint_url=self.endpoints[variable],
            aws_access_key_id=STAND_IN,
            aws_secret_access_key=STAND_IN,
            region_name=REGION,
        )

    def variables(self, template: Mapping[str, Any], function: str) -> dict[str, str]:
        """The environment of a function according to the template."""
        given = template["Globals"]["Function"]["Environment"]["Variables"]
        own = template["Resources"][function]["Properties"].get("Environment", {})
        merged = {**given, **own.get("Variables", {})}
        return {
            **{name: self._resolved(template, value) for name, value in merged.items()},
            **self.endpoints,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": STAND_IN,
            "AWS_SECRET_ACCESS_KEY": STAND_IN,
        }

    def _resolved(self, template: Mapping[str, Any], value: Any) -> str:
        match value:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), "Arn"]}:
                return self.names[name]
            case {"Fn::Sub": str(text)}:
                return text.replace("${Stage}", "dev")
            case {"Fn::FindInMap": ["Stages", _, str(key)]}:
                return str(template["Mappings"]["Stages"]["dev"][key])
        return str(value)

    def received(self, queue: str) -> list[str]:
        """Receive and delete the messages of a queue; returns their bodies."""
        sqs, bodies = self.client("sqs"), []
        while found := sqs.receive_message(QueueUrl=self.names[queue], MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in found:
                bodies.append(message["Body"])
                sqs.delete_message(
                    QueueUrl=self.names[queue], ReceiptHandle=message["ReceiptHandle"]
                )
        return bodies


@contextlib.contextmanager
def running() -> Iterator[Cloud]:
    """A table, a bucket, queues and a secret, on 127.0.0.1."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # otherwise it logs every request
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    with dynamodb_local.running(dynamodb_local.install()) as dynamodb:
        endpoints = {f"AWS_ENDPOINT_URL_{name}": f"http://{host}:{port}" for name in SERVICES}
        endpoints["AWS_ENDPOINT_URL_DYNAMODB"] = dynamodb
        cloud = Cloud(endpoints, {})
        sqs = cloud.client("sqs")
        names = REFERENCES | {
            queue: sqs.create_queue(QueueName=queue)["QueueUrl"] for queue in QUEUES
        }
        names["RootSecret"] = cloud.client("secretsmanager").create_secret(
            Name="likeworth", SecretString="a root secret that ends with the run"
        )["ARN"]
        names["FitMachine"] = cloud.client("stepfunctions").create_state_machine(
            name="fits",  # never executed: `walk` calls its functions
            definition=json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/machine",
        )["stateMachineArn"]
        create_table(cloud.client("dynamodb"), names["Table"])
        cloud.client("s3").create_bucket(
            Bucket=names["Bucket"], CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        try:
            yield Cloud(endpoints, names)
        finally:
            moto.stop()
