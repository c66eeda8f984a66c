"""Asks the deployed entry point everything in `demo_requests`, and compares two sets of answers.

A recording needs a process of its own: it replaces the clock before anything else is imported.
Keys, ids and signatures are random; an answer shows their names in braces instead.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
import itertools
import json
import logging
import math
import os
import random
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.goldens.demo_requests import TENANT, THEMES, Ask, Theme, Work, access, methods

HOME = Path(__file__).parent
ROOT = HOME.parents[1]
BUCKET = "likeworth-exports"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "LIKEWORTH_TABLE": "likeworth",
    "LIKEWORTH_BUCKET": BUCKET,
    "LIKEWORTH_SECRET": "a root secret for goldens only",
    "LIKEWORTH_RATE_LIMIT": "0",  # what is left of a quota would change with every new request
    "LIKEWORTH_RETENTION_DAYS": "90",  # an erasure looks at each of them
    "LIKEWORTH_CORS_ORIGINS": "https://allowed.example",
}
HOST = "abc123.execute-api.eu-central-1.amazonaws.com"
CONTENT_TYPES = {"json": "application/json", "ndjson": "application/x-ndjson"}
LINE = 100
LONGEST_BODY = 3_000
SIGNIFICANT_DIGITS = 6
TOLERANCE = 2e-6
"""Relative; fits differ a little between builds of BLAS."""
NEARLY_ZERO = 1e-9
MOST_SHOWN = 10
"""Of the differences in one file."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ETAG = re.compile(r'"[0-9a-f]{32}"')
_POLICY_HASH = re.compile(r"'sha256-[^']+'")
_SIGNATURE = re.compile(r"(X-Amz-Signature=)[0-9a-f]{64}")
_FRACTION = re.compile(r"-?\d+\.\d+(?:[eE][-+]?\d+)?|-?\d+[eE][-+]?\d+")


# --- the stage ----------------------------------------------------------------------------------


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _DATETIME)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _DATETIME)


_DATETIME = dt.datetime


class Clock(_DATETIME, metaclass=_AnyDatetime):
    """In place of `datetime.datetime`: shows the time it was set to."""

    shown = _DATETIME(2026, 3, 15, tzinfo=dt.UTC)

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Any:
        """The time shown."""
        return Clock.shown.astimezone(tz) if tz else Clock.shown.replace(tzinfo=None)

    @classmethod
    def utcnow(cls) -> Any:
        """The time shown, without its zone."""
        return Clock.shown.replace(tzinfo=None)


class Context:
    """What Lambda passes beside an event."""

    aws_request_id = "66666666-7777-4888-8999-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Enough for everything here."""
        return 900_000


@dataclass
class Stage:
    """The application on moto.

    Attributes
    ----------
    app : module
    client : callable
        Makes a boto3 client.
    kept : dict of str
        Name -> the random value that it stands for.
    """

    app: Any
    client: Any
    kept: dict[str, str] = field(default_factory=dict)

    def answer(self, ask: Ask) -> dict[str, Any]:
        """Ask, keep what is to be kept, and return the answer as it is written to a file."""
        raw = self.app.app(self.event(ask), Context())
        headers = {**raw["headers"], **raw["multiValueHeaders"]}
        for name, where in ask.keep.items():
            self.kept[name] = _found(where, raw["body"], headers)
        found: dict[str, Any] = {"status": raw["statusCode"]}
        if ask.brief:
            body = json.loads(raw["body"]) if raw["body"] else {}
            return found | {"code": body.get("code")}
        found["headers"] = {
            name: self._masked(value) if isinstance(value, str) else value
            for name, value in headers.items()
        }
        assert not raw.get("isBase64Encoded"), ask
        return found | {"body": self._body(raw["body"], headers.get("Content-Type", ""))}

    def event(self, ask: Ask) -> dict[str, Any]:
        """The event that API Gateway makes of a request."""
        return gateway_event(self.app, _filled(ask, self.kept)) | ask.event

    def work(self, work: Work) -> None:
        """Do what AWS would start after a request."""
        match work:
            case Work(upload=str(name)) if name:
                self._upload(self.kept[name], work.content)
                self._run("import")
            case Work(queue=("import" | "fit") as queue):
                self._run(queue)
            case Work(queue="totals"):
                pages = self.client("dynamodb").get_paginator("scan")
                keys = [
                    {name: item[name] for name in ("pk", "sk")}
                    for page in pages.paginate(TableName=os.environ["LIKEWORTH_TABLE"])
                    for item in page["Items"]
                ]
                records = [{"dynamodb": {"Keys": key}} for key in keys]
                self.app.aggregate_handler({"Records": records}, Context())
            case _:
                raise AssertionError(f"unknown work: {work}")

    def _upload(self, url: str, content: bytes) -> None:
        import requests

        assert requests.put(url, data=content, timeout=10).status_code == 200
        key = unquote(urlsplit(url).path).removeprefix(f"/{BUCKET}/")
        etag = self.client("s3").head_object(Bucket=BUCKET, Key=key)["ETag"].strip('"')
        told = {"bucket": {"name": BUCKET}, "object": {"key": key, "eTag": etag}}
        record = {
            "eventName": "ObjectCreated:Put",
            "eventTime": Clock.shown.isoformat(),
            "s3": told,
        }
        self._handle("import", json.dumps({"Records": [record]}))

    def _run(self, queue: str) -> None:
        sqs, url = self.client("sqs"), os.environ[f"LIKEWORTH_{queue.upper()}_QUEUE_URL"]
        while found := sqs.receive_message(QueueUrl=url).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                self._handle(queue, message["Body"])

    def _handle(self, queue: str, body: str) -> None:
        record = {"messageId": "1", "body": body, "attributes": {}}
        answer = getattr(self.app, f"{queue}_handler")({"Records": [record]}, Context())
        assert answer == {"batchItemFailures": []}, (body, answer)

    def _masked(self, text: str) -> str:
        for name, value in sorted(self.kept.items(), key=lambda one: -len(one[1])):
            text = text.replace(value, f"{{{name}}}")
        text = _POLICY_HASH.sub("'sha256-{hash}'", _ETAG.sub('"{etag}"', text))
        return _SIGNATURE.sub(r"\1{signature}", text)

    def _body(self, text: str, content_type: str) -> Any:
        """JSON as a value, a table as its lines, and of a page the title alone."""
        if content_type.startswith("text/csv"):
            return self._masked(text).split("\r\n")
        if content_type.startswith("text/"):
            title = re.search("<title>(.*?)</title>", text)
            return f"the page {title[1]!r}" if title else f"{'some' if text else 'no'} text"
        return json.loads(self._masked(text)) if text else ""


@contextlib.contextmanager
def staged() -> Iterator[Stage]:
    """The application on moto, with a key for the demo tenant, in this process."""
    os.environ.update(ENVIRONMENT)
    logging.disable()  # what fails on purpose would print its traceback
    numbers = itertools.count(1)  # lists are in the order of ids
    secrets.token_hex = lambda size: f"{next(numbers):0{2 * size}x}"
    secrets.token_urlsafe = lambda size: base64.urlsafe_b64encode(os.urandom(size)).decode()
    secrets.token_bytes = random.Random(0).randbytes  # keys for people: who comes first in a fit
    import pandas  # noqa: F401 - its C code must see the real datetime

    import chalicelib.api.openapi  # noqa: F401 - so must the schemas of its models

    dt.datetime = Clock  # type: ignore[misc]
    import boto3
    from moto import mock_aws

    from tests import quick_moto

    quick_moto.install()
    with mock_aws():
        _create_resources(boto3.client)
        import app
        from chalicelib.__main__ import main

        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            assert main(["keys", "create", "--tenant", TENANT, "--role", "admin"]) == 0
        key = printed.getvalue().strip()
        yield Stage(app, boto3.client, {"admin": key, "admin_id": key.split(".")[1]})


def _create_resources(client: Any) -> None:
    key = {"pk": "HASH", "sk": "RANGE"}
    client("dynamodb").create_table(
        TableName=os.environ["LIKEWORTH_TABLE"],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in key.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in key],
        BillingMode="PAY_PER_REQUEST",
    )
    where = {"LocationConstraint": os.environ["AWS_DEFAULT_REGION"]}
    client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    for queue in ("import", "fit"):
        made = client("sqs").create_queue(QueueName=f"likeworth-{queue}s")
        os.environ[f"LIKEWORTH_{queue.upper()}_QUEUE_URL"] = made["QueueUrl"]


# --- requests -----------------------------------------------------------------------------------


def gateway_event(app: Any, ask: Ask) -> dict[str, Any]:
    """The event of API Gateway (REST, proxy integration) for a request without placeholders."""
    path, _, query = ask.path.partition("?")
    resource, names = _route(app, path)
    values = parse_qs(query, keep_blank_values=True)
    headers = None
    if ask.headers is not None:
        content_type = CONTENT_TYPES["ndjson" if isinstance(ask.body, list) else "json"]
        headers = {"accept": "*/*", "Host": HOST, "X-Forwarded-Proto": "https"}
        headers |= {"x-api-key": ask.key} if ask.key else {}
        headers |= {"content-type": content_type} if ask.body is not None else {}
        headers = {n: v for n, v in (headers | ask.headers).items() if v is not None}
    body: Any = ask.body
    if isinstance(body, list):
        body = "\n".join(json.dumps(line) for line in body)
    elif isinstance(body, bytes):
        body = base64.b64encode(body).decode()
    elif body is not None and not isinstance(body, str):
        body = json.dumps(body)
    return {
        "resource": resource,
        "path": path,
        "httpMethod": ask.method,
        "headers": headers,
        "multiValueHeaders": headers and {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: found[-1] for name, found in values.items()} or None,
        "multiValueQueryStringParameters": values or None,
        "pathParameters": names or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": ask.method,
            "path": f"/api{path}",
            "stage": "api",
            "requestId": "11111111-2222-4333-8444-555555555555",
            "identity": {"sourceIp": "203.0.113.7"},
            "domainName": HOST,
        },
        "body": body,
        "isBase64Encoded": isinstance(ask.body, bytes),
    }


def _route(app: Any, path: str) -> tuple[str, dict[str, str]]:
    for route in sorted(app.app.routes, key=lambda one: "{" in one):
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(route))
        if found := re.fullmatch(pattern, path):
            return route, found.groupdict()
    return path, {}


def _filled(ask: Ask, kept: dict[str, str]) -> Ask:
    def fill(value: Any) -> Any:
        match value:
            case str():
                return _PLACEHOLDER.sub(lambda m: kept.get(m[1], m[0]), value)
            case dict():
                return {name: fill(one) for name, one in value.items()}
            case list():
                return [fill(one) for one in value]
        return value

    key = kept.get(ask.key, ask.key)
    return Ask(ask.method, fill(ask.path), fill(ask.body), key, fill(ask.headers))


def _found(where: str, body: str, headers: dict[str, Any]) -> str:
    """A value of an answer: at a path of its JSON, or what a pattern finds in it."""
    if "(" in where:
        text = "\n".join([*(f"{name}: {value}" for name, value in headers.items()), body])
        found = re.search(where, text)
        assert found is not None, where
        return found[1]
    value: Any = json.loads(body)
    for part in where.split("."):
        value = value[part]
    return str(value)


def _shown(ask: Ask) -> dict[str, Any]:
    """A request as it is written to a file."""
    shown: dict[str, Any] = {"call": f"{ask.method} {ask.path}", "key": ask.key}
    if ask.headers is None or ask.headers:
        shown["headers"] = ask.headers
    if ask.event:
        shown["event"] = ask.event
    if ask.body is not None:
        body = ask.body.hex() if isinstance(ask.body, bytes) else ask.body
        length = len(json.dumps(body))
        shown["body"] = body if length <= LONGEST_BODY else f"{length} characters"
    return shown


# --- files --------------------------------------------------------------------------------------


def record(folder: Path) -> None:
    """Write the goldens of HTTP and the API description to a folder."""
    http = folder / "http"
    http.mkdir(parents=True, exist_ok=True)
    for old in http.glob("*.json"):
        old.unlink()
    with contextlib.redirect_stdout(io.StringIO()), staged() as stage:  # telemetry prints metrics
        asked = stage.event(Ask("GET", "/openapi.json", key=""))
        document = json.loads(stage.app.app(asked, Context())["body"])
        (folder / "openapi.json").write_text(_text(document), encoding="utf-8")
        routes = {
            path: [method.upper() for method in sorted(document["paths"].get(path, ["get"]))]
            for path in sorted(stage.app.app.routes)
        }
        for theme in (*THEMES, access(routes), methods(routes)):
            exchanges = list(_exchanges(stage, theme))
            (http / f"{theme.name}.json").write_text(_text(exchanges), encoding="utf-8")
    (folder / "template.json").write_text(_text(_template()), encoding="utf-8")


def _exchanges(stage: Stage, theme: Theme) -> Iterator[dict[str, Any]]:
    Clock.shown = theme.at
    for step in theme.steps:
        Clock.shown += dt.timedelta(seconds=1)
        if isinstance(step, Work):
            stage.work(step)
        else:
            answer = stage.answer(step)
            yield {"request": _shown(step), "answer": rounded(answer) if theme.fitted else answer}


def _template() -> Any:
    command = [sys.executable, "-m", "infra.packaging.template"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(json.dumps(json.loads(done.stdout), sort_keys=True))


def _text(value: Any) -> str:
    """A value as JSON; what fits into a line is in one."""
    return f"{_indented(value, 0)}\n"


def _indented(value: Any, depth: int) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + depth <= LINE or not value or not isinstance(value, dict | list):
        return line
    pad, end = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(value, list):
        elements = [_indented(one, depth + 1) for one in value]
        return f"[{pad}{f',{pad}'.join(elements)}{end}]"
    members = [f"{json.dumps(name)}: {_indented(one, depth + 1)}" for name, one in value.items()]
    return f"{{{pad}{f',{pad}'.join(members)}{end}}}"


def rounded(value: Any) -> Any:
    """The value with every fraction in it, also in text, to six significant digits."""
    match value:
        case float():
            return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if abs(value) > NEARLY_ZERO else 0.0
        case str():
            return _FRACTION.sub(lambda found: repr(rounded(float(found[0]))), value)
        case dict():
            return {name: rounded(one) for name, one in value.items()}
        case list():
            return [rounded(one) for one in value]
    return value


# --- comparison ---------------------------------------------------------------------------------


def differences(golden: Any, found: Any, *, fitted: bool, path: str = "") -> Iterator[str]:
    """A line for each path at which two values differ, with both values.

    Parameters
    ----------
    golden, found : object
        As read from JSON.
    fitted : bool
        Whether fractions may differ by `TOLERANCE`.
    """
    match golden, found:
        case dict(), dict():
            for name in [*golden, *(name for name in found if name not in golden)]:
                here = f"{path}/{name}"
                if name not in found:
                    yield f"{here}: missing, was {_short(golden[name])}"
                elif name not in golden:
                    yield f"{here}: new, {_short(found[name])}"
                else:
                    yield from differences(golden[name], found[name], fitted=fitted, path=here)
        case list(), list():
            if len(golden) != len(found):
                yield f"{path}: {len(found)} elements, were {len(golden)}"
            for number, pair in enumerate(zip(golden, found, strict=False)):
                yield from differences(*pair, fitted=fitted, path=f"{path}/{number}")
        case _ if not _equal(golden, found, fitted=fitted):
            yield f"{path}: {_short(found)}, was {_short(golden)}"


def _equal(golden: Any, found: Any, *, fitted: bool) -> bool:
    if type(golden) is not type(found):
        return False
    if not fitted or not isinstance(golden, float | str):
        return bool(golden == found)
    if isinstance(golden, float):
        return math.isclose(golden, found, rel_tol=TOLERANCE, abs_tol=NEARLY_ZERO)
    numbers = zip(_FRACTION.findall(golden), _FRACTION.findall(found), strict=False)
    return _FRACTION.sub("#", golden) == _FRACTION.sub("#", found) and all(
        _equal(float(one), float(other), fitted=True) for one, other in numbers
    )


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text)} characters)"


def differing(golden: Path, found: Path, *, fitted: bool = False) -> list[str]:
    """The first differences between two files, and how many more there are."""
    if not golden.exists():
        return [f"{golden.name} is not in {golden.parent.name}/"]
    before, after = (
        _by_call(json.loads(one.read_text(encoding="utf-8"))) for one in (golden, found)
    )
    lines = [f"{golden.name} {line}" for line in differences(before, after, fitted=fitted)]
    more = len(lines) - MOST_SHOWN
    return [*lines[:MOST_SHOWN], f"{golden.name} ... and {more} more"] if more > 0 else lines


def _by_call(value: Any) -> Any:
    """Exchanges under their numbers and calls, so that a path names the call; else the value."""
    if not isinstance(value, list):
        return value
    return {f"{number} {one['request']['call']}": one for number, one in enumerate(value)}
