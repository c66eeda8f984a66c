"""AWS inside this process: MiniStack's stores behind an ordinary boto3 session.

Clients of the session never touch the network: botocore hands every signed request to
`EmbeddedAws`, which calls MiniStack's handler for the service in process. MiniStack is used as a
library: its server is not started, no port is opened, nothing is written outside the directory
that `EmbeddedAws.keep_objects` names.

MiniStack keeps its stores in module globals, so there is one embedded AWS in a process at a time.
Three of its internals are touched here and nowhere else: S3 notifications are delivered in the
call that causes them (a thread of MiniStack's own could lose one to a concurrent receive), stream
records that were read are dropped (it would keep them for 24 hours), and objects are kept on disk
by its own routines. What is stored and how, is none of this module's business.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

REGION = "eu-central-1"
ACCOUNT = "000000000000"

Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[..., Coroutine[Any, Any, tuple[int, dict[str, str], bytes | str]]]


class EmbeddedAwsBusyError(RuntimeError):
    """This process already runs an embedded AWS."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an AWS service, decoded from HTTP.

    Attributes
    ----------
    service : str
        The service's id as in botocore's event names, e.g. ``dynamodb``, ``secrets-manager``.
    method, path : str
        The path is percent-decoded.
    headers : mapping
        Lower-case names.
    body : bytes
    query : mapping of str to list of str
    """

    service: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, list[str]]

    @property
    def action(self) -> str:
        """The operation of a JSON service (``PutItem``); empty for S3."""
        return self.headers.get("x-amz-target", "").rpartition(".")[2]


class EmbeddedAws:
    """DynamoDB with streams, S3, SQS and Secrets Manager in this process.

    Parameters
    ----------
    s3_endpoint : str
        Where presigned S3 URLs point to, e.g. ``http://127.0.0.1:8000``.
    elsewhere : mapping of str to callable, optional
        Services (by their id) that something else answers in place of MiniStack. Their calls may
        wait for one another there; here they wait for nothing, and the observer is not told.

    Attributes
    ----------
    session : boto3.Session
        Every client of it talks to this object.
    observer : callable, optional
        Called with each `Call` that succeeded, before its caller sees the answer and under the
        lock that keeps calls apart: what a journal writes here is in the order of the stores.

    Raises
    ------
    EmbeddedAwsBusyError
        If another one is open in this process.
    """

    _open = threading.Lock()

    def __init__(
        self, *, s3_endpoint: str, elsewhere: Mapping[str, Callable[[Call], Answer]] | None = None
    ) -> None:
        if not self._open.acquire(blocking=False):
            raise EmbeddedAwsBusyError("this process already runs an embedded AWS")
        try:
            self._lock = threading.RLock()
            self._modules = _load_ministack()
            self._handlers: dict[str, Handler] = {
                "dynamodb": self._modules["dynamodb"].handle_request,
                "dynamodb-streams": self._modules["dynamodb_streams"].handle_request,
                "iam": self._modules["iam"].handle_request,
                "s3": self._modules["s3"].handle_request,
                "sqs": self._modules["sqs"].handle_request,
                "secrets-manager": self._modules["secretsmanager"].handle_request,
            }
            self._elsewhere = dict(elsewhere or {})
            self._context = contextvars.Context()
            self._context.run(self._modules["responses"].set_request_region, REGION)
            self.observer: Callable[[Call], None] | None = None
            self._s3_endpoint = s3_endpoint
            self._access_key = ""
            self.session = self._new_session("000000000001", "unused")
            self._access_key, secret = self._make_access_key()
            self.session = self._new_session(self._access_key, secret)
        except BaseException:
            self._open.release()
            raise

    def close(self) -> None:
        """Forget everything that is stored; the object cannot be used afterwards."""
        with self._lock:
            self._handlers = {}
            self._elsewhere = {}
            self._reset()
            self._open.release()

    def _reset(self) -> None:
        s3 = self._modules["s3"]
        s3.S3_PERSIST = False  # reset would delete the directory's files otherwise
        for name in ("dynamodb", "dynamodb_streams", "s3", "sqs", "secretsmanager", "iam"):
            self._context.copy().run(self._modules[name].reset)

    # --- sessions -----------------------------------------------------------------------------

    def _new_session(self, access_key: str, secret: str) -> boto3.Session:
        session = _LocalSession(
            aws_access_key_id=access_key, aws_secret_access_key=secret, region_name=REGION
        )
        session.endpoints = {"s3": self._s3_endpoint}
        session.events.register_first("before-send", self._send)
        return session

    def _make_access_key(self) -> tuple[str, str]:
        """A key pair of this installation's own, so that nobody can guess a presigned URL."""
        iam = self.session.client("iam")
        iam.create_user(UserName="likeworth")
        made = iam.create_access_key(UserName="likeworth")["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    def _send(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        """Botocore's `before-send`: an answer here keeps the request off the network."""
        url = urlsplit(request.url)
        headers = {
            name.lower(): value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for name, value in request.headers.items()
        }
        headers.setdefault("host", url.netloc)
        body = request.body or b""
        if not isinstance(body, bytes | bytearray | str):
            body = body.read()
        if isinstance(body, str):
            body = body.encode()
        call = Call(
            service=event_name.split(".")[1],
            method=request.method,
            path=unquote(url.path) or "/",
            headers=headers,
            body=bytes(body),
            query=parse_qs(url.query, keep_blank_values=True),
        )
        status, answer_headers, answer_body = self.answer(call)
        return AWSResponse(request.url, status, answer_headers, _RawBody(answer_body))

    # --- calls --------------------------------------------------------------------------------

    def answer(self, call: Call) -> Answer:
        """Status, headers and body of the answer to a call.

        Raises
        ------
        ConnectionRefusedError
            For a service that this installation does not have.
        """
        other = self._elsewhere.get(call.service)
        if other is not None:
            return other(call)
        with self._lock:
            handler = self._handlers.get(call.service)
            if handler is None:
                raise ConnectionRefusedError(f"the embedded AWS has no {call.service}")
            status, headers, body = self._context.copy().run(
                _run_to_end,
                handler(call.method, call.path, dict(call.headers), call.body, dict(call.query)),
            )
            if self.observer is not None and status < 300:
                self.observer(call)
        return status, headers, body.encode() if isinstance(body, str) else body

    def is_presigned_by_us(self, query: Mapping[str, list[str]]) -> bool:
        """Whether a URL's query claims to be signed with this installation's own key.

        MiniStack checks the signature; it would also accept its well-known test key.
        """
        credential = query.get("X-Amz-Credential", [""])[0]
        return bool(query.get("X-Amz-Signature")) and credential.startswith(self._access_key + "/")

    def exclusive(self) -> threading.RLock:
        """The lock that keeps calls apart, for whoever must see the stores at rest."""
        return self._lock

    # --- MiniStack's internals ----------------------------------------------------------------

    def drop_read_records(self, table: str, keep_from: str) -> None:
        """Forget a table's stream records before sequence number `keep_from`."""
        dynamodb = self._modules["dynamodb"]
        with self._lock:
            records = dynamodb._stream_records.get_scoped(ACCOUNT, REGION, table) or []
            read = 0
            while read < len(records) and records[read]["dynamodb"]["SequenceNumber"] < keep_from:
                read += 1
            del records[:read]
            trimmed = dynamodb._stream_trimmed
            before = trimmed.get_scoped(ACCOUNT, REGION, table, 0)
            trimmed.set_scoped(ACCOUNT, REGION, table, before + read)

    def keep_objects(self, directory: Path) -> None:
        """Load the S3 objects that lie in a directory and keep all further ones there.

        Buckets must exist already: their settings are not kept.
        """
        s3 = self._modules["s3"]
        with self._lock:
            s3.DATA_DIR = str(directory)
            s3.S3_PERSIST = True
            self._context.copy().run(s3._load_persisted_data)

    def queues(self) -> dict[str, Any]:
        """The state of all queues, for `core.persistence` of MiniStack."""
        with self._lock:
            state: dict[str, Any] = self._context.copy().run(self._modules["sqs"].get_state)
        return state

    def restore_queues(self, state: dict[str, Any]) -> None:
        """Put back what `queues` gave."""
        with self._lock:
            self._context.copy().run(self._modules["sqs"].load_persisted_state, state)


class _LocalSession(boto3.Session):  # type: ignore[misc]
    """A session whose clients make their URLs from endpoints of its own."""

    endpoints: Mapping[str, str] = {}

    def client(self, service_name: str, *args: Any, **options: Any) -> Any:
        endpoint = self.endpoints.get(service_name)
        if endpoint and not options.get("endpoint_url"):
            options["endpoint_url"] = endpoint
        quiet = Config(retries={"mode": "standard", "max_attempts": 2})
        given = options.get("config")
        options["config"] = quiet.merge(given) if given is not None else quiet
        return super().client(service_name, *args, **options)


class _RawBody(BytesIO):
    """What botocore reads a response from."""

    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:
        """The rest in pieces of `amt` bytes."""
        while piece := self.read(amt):
            yield piece


def _run_to_end(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that never has to wait; MiniStack's handlers are such."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise RuntimeError("the embedded AWS cannot wait: ask SQS with WaitTimeSeconds=0")


def _load_ministack() -> dict[str, Any]:
    """MiniStack's modules, without its logging set-up and its authorisation layer."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    from ministack import app
    from ministack.core import responses
    from ministack.services import dynamodb, dynamodb_streams, iam, s3, secretsmanager, sqs

    root.handlers[:] = handlers
    root.setLevel(level)
    app.AUTH = False

    def notify_now(
        bucket: str,
        key: str,
        event: str,
        size: int = 0,
        etag: str = "",
        deletion_type: str | None = None,
        **extra: Any,
    ) -> None:
        extra["sequencer"] = s3._next_event_sequencer(event)
        s3._fire_s3_event(bucket, key, event, size, etag, deletion_type, **extra)

    s3._fire_s3_event_async = notify_now
    return {
        "dynamodb": dynamodb,
        "dynamodb_streams": dynamodb_streams,
        "iam": iam,
        "responses": responses,
        "s3": s3,
        "secretsmanager": secretsmanager,
        "sqs": sqs,
    }
