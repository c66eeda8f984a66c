"""What IAM would say to a call, by the policies of the packaged template.

Nobody but AWS evaluates policies as AWS does. This knows what stands in these: statements that
allow, actions and resources with wildcards, and `dynamodb:LeadingKeys`; by any other condition it
rejects to judge.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from infra.stack.lambdas import FUNCTIONS as DECLARED
from tests import packaged

FUNCTIONS = tuple(function.name for function in DECLARED)

OF_ONE_TENANT = tuple(function.name for function in DECLARED if function.tenant_rights)
"""Functions that reach the table and the bucket in a session for one tenant."""

ROLES = (
    *(f"{function}Role" for function in FUNCTIONS),
    *(f"{function}TenantRole" for function in OF_ONE_TENANT),
)

QUEUES = {
    function.queue.name: f"{function.name}Queue"
    for function in DECLARED
    if function.queue is not None
}
"""What queues are called in tests, and in the template."""

_TENANT_TAG = "${aws:PrincipalTag/tenant}"
_KNOWN_CONDITIONS = [
    {},
    {"ForAllValues:StringLike": {"dynamodb:LeadingKeys"}, "Null": {"dynamodb:LeadingKeys"}},
]


@dataclass(frozen=True)
class Call:
    """One thing that IAM decides about.

    Attributes
    ----------
    action : str
        As IAM calls it, e.g. ``s3:GetObject`` for HeadObject.
    resource : str
        Logical name in the template; of an object ``Bucket/`` and its key.
    keys : frozenset of str
        Every partition key that the request names.
    """

    action: str
    resource: str
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Grant:
    """The smallest part of a policy: one action on one resource, with one pattern of keys."""

    action: str
    resource: str
    pattern: str = "*"

    def covers(self, call: Call) -> bool:
        """Whether the call makes use of it."""
        return (
            fnmatchcase(call.action, self.action)
            and fnmatchcase(call.resource, self.resource)
            and (self.pattern == "*" or any(fnmatchcase(key, self.pattern) for key in call.keys))
        )


# --- from calls ---------------------------------------------------------------------------------


def calls_of(service: str, operation: str, asked: Any) -> list[Call]:
    """What IAM is asked for a call of botocore; several for a transaction."""
    match service, asked:
        case "dynamodb", {"TransactItems": list(items)}:
            made: dict[str, set[str]] = {}
            for kind, write in (pair for item in items for pair in item.items()):
                made.setdefault(f"dynamodb:{kind}Item", set()).update(_partitions(write))
            return [Call(action, "Table", frozenset(keys)) for action, keys in made.items()]
        case "dynamodb", _:
            return [Call(f"dynamodb:{operation}", "Table", frozenset(_partitions(asked)))]
        case "s3", {"Key": str(key)} if operation in ("GetObject", "HeadObject"):
            # Without the second S3 answers 403 for what is not there, and not 404.
            return [Call("s3:GetObject", f"Bucket/{key}"), Call("s3:ListBucket", "Bucket")]
        case "s3", {"Key": str(key), "Tagging": str()}:
            return [Call(f"s3:{operation}{what}", f"Bucket/{key}") for what in ("", "Tagging")]
        case "s3", {"Key": str(key)}:
            return [Call(f"s3:{operation}", f"Bucket/{key}")]
        case "sqs", {"QueueUrl": str(url)}:
            name = url.rpartition("/")[2]
            return [Call(f"sqs:{operation}", QUEUES.get(name, name))]
        case "secretsmanager", {"SecretId": str()}:
            return [Call(f"secretsmanager:{operation}", "RootSecret")]
        case "lambda", {"FunctionName": str(name)}:
            return [Call("lambda:InvokeFunction", name)]
        case "stepfunctions", {"stateMachineArn": str()}:
            return [Call(f"states:{operation}", "FitMachine")]
        case "sts", {"RoleArn": str(arn), "Tags": [_, *_]}:
            role = arn.rpartition("/")[2]
            return [Call(f"sts:{operation}", role), Call("sts:TagSession", role)]
    return [Call(f"{service}:{operation}", "?")]


def _partitions(asked: Any) -> Iterator[str]:
    match asked:
        case {"pk": {"S": str(key)}}:
            yield key
        case {":pk": {"S": str(key)}}:
            yield key
        case dict():
            for value in asked.values():
                yield from _partitions(value)
        case list():
            for value in asked:
                yield from _partitions(value)


def calls_of_lambda(function: str) -> Iterator[Call]:
    """What Lambda itself does under the role of a function: logs, traces, queues, the stream."""
    properties = packaged.template()["Resources"][f"{function}Handler"]["Properties"]
    log = properties["LoggingConfig"]["LogGroup"]["Ref"]
    for action in ("CreateLogStream", "PutLogEvents"):
        yield Call(f"logs:{action}", log)
    if properties["Tracing"] == "Active":
        for action in ("PutTraceSegments", "PutTelemetryRecords"):
            yield Call(f"xray:{action}", "*")
    for source in properties.get("Events", {}).values():
        match source["Type"]:
            case "SQS":
                for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
                    yield Call(f"sqs:{action}", _resource(source["Properties"]["Queue"]))
            case "DynamoDB":
                stream = _resource(source["Properties"]["Stream"])
                for action in ("DescribeStream", "GetRecords", "GetShardIterator"):
                    yield Call(f"dynamodb:{action}", stream)
                yield Call("dynamodb:ListStreams", "Table/stream/*")
                failed = source["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]
                yield Call("sqs:SendMessage", _resource(failed))


# --- from policies ------------------------------------------------------------------------------


def statements_of(role: str) -> list[dict[str, Any]]:
    """Of a role: its own policies and those that are attached to it."""
    found = []
    resources = packaged.template()["Resources"]
    for one in resources.values():
        if one["Type"] == "AWS::IAM::Policy" and {"Ref": role} in one["Properties"]["Roles"]:
            found += one["Properties"]["PolicyDocument"]["Statement"]
    for policy in resources[role]["Properties"].get("Policies", ()):
        found += policy["PolicyDocument"]["Statement"]
    return found


@functools.cache
def grants_of(role: str) -> tuple[tuple[Grant, ...], ...]:
    """Of each statement every action, on every resource, with every pattern of keys."""
    return tuple(
        tuple(
            Grant(action, _resource(resource), pattern)
            for action in _listed(statement["Action"])
            for resource in _listed(statement["Resource"])
            for pattern in _patterns(statement)
        )
        for statement in statements_of(role)
    )


def is_allowed(role: str, call: Call, tenant: str = "") -> bool:
    """Whether a statement of the role allows the call, to a session with this tag."""
    for statement in grants_of(role):
        fitting = [
            replaced
            for grant in statement
            if (replaced := _for_tenant(grant, tenant)).resource
            and fnmatchcase(call.action, replaced.action)
            and fnmatchcase(call.resource, replaced.resource)
        ]
        if not fitting:
            continue
        patterns = [grant.pattern for grant in fitting]
        if patterns == ["*"]:
            return True
        if call.keys and all(any(fnmatchcase(k, p) for p in patterns) for k in call.keys):
            return True
    return False


def unused(role: str, calls: Iterable[Call], tenant: str = "") -> list[Grant]:
    """What the role is allowed and none of the calls makes use of."""
    made = list(calls)
    return [
        grant
        for statement in grants_of(role)
        for grant in statement
        if not any(_for_tenant(grant, tenant).covers(call) for call in made)
    ]


def _for_tenant(grant: Grant, tenant: str) -> Grant:
    return Grant(
        grant.action,
        grant.resource.replace(_TENANT_TAG, tenant),
        grant.pattern.replace(_TENANT_TAG, tenant),
    )


def _patterns(statement: dict[str, Any]) -> list[str]:
    condition = statement.get("Condition", {})
    assert statement["Effect"] == "Allow", statement
    assert {name: set(one) for name, one in condition.items()} in _KNOWN_CONDITIONS, condition
    if not condition:
        return ["*"]
    # A request without keys (a scan, a statement of PartiQL) fulfils "for all" by having none.
    assert condition["Null"] == {"dynamodb:LeadingKeys": "false"}
    return _listed(condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _resource(named: Any) -> str:
    """A resource of a policy or an event source, by its logical name."""
    match named:
        case "*":
            return "*"
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), "Arn"]}:
            return name
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"{name}.{attribute}"
        case {"Fn::Sub": str(text)}:
            text = text.replace("${!", "${")
            return re.sub(r"^\$\{(\w+)\.Arn\}", r"\1", text)
    raise AssertionError(f"no resource: {named}")
