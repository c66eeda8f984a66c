"""The import function: find the file that a message names, and import it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

from chalicelib import telemetry, wiring
from chalicelib.functions import (
    QUEUE_KEEPS_FAILED_MESSAGES,
    READS_ROOT_SECRET,
    SEES_MISSING_OBJECTS,
    Function,
    Queue,
    deletes,
    gets,
    puts,
    queries,
    reads_objects,
    removes_objects,
    sends,
    updates,
    writes_batches,
)
from chalicelib.model.days import stamp
from chalicelib.model.errors import UnprocessableMessage
from chalicelib.services.imports import import_for_object, message_of, run_import
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.table_keys import is_tenant, parse_import_object
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.workers.queue_messages import LambdaEvent, each_message

SecondsLeft = Callable[[], float]

IMPORT_QUEUE = Queue(
    name="likeworth-imports",
    batch_size=1,
    hidden_seconds=5_400,
    tries=5,
    late_seconds=14_400,
    failure="A file could not be imported",
)
IMPORT = Function(
    name="Import",
    timeout_seconds=900,
    megabytes=1024,
    at_once=10,
    queue=IMPORT_QUEUE,
    sends_itself=True,  # a long file is imported in several calls
    without_dead_letters=QUEUE_KEEPS_FAILED_MESSAGES,
    rights=(sends("ImportQueue"), READS_ROOT_SECRET),
    tenant_rights=(
        gets("config", "imports"),
        queries("erased", "events#*", "import#*", "imports"),
        puts("imports", "open-imports"),
        updates("uploaded"),
        writes_batches("events#*", "import#*", "open-imports"),
        deletes("events#*"),
        reads_objects("imports/{tenant}/*"),
        removes_objects("imports/{tenant}/*"),
        SEES_MISSING_OBJECTS,
    ),
)


def run_imports(event: LambdaEvent, *, now: dt.datetime, seconds_left: SecondsLeft) -> LambdaEvent:
    """Import the files that an SQS event names.

    A message contains an S3 notification, or a request to continue, replay or remove an import.
    S3's test message is ignored, and so is a key that ends in a slash: a folder of the S3 console.
    A file outside ``imports/{tenant}/`` of a known tenant belongs to no tenant. Its message fails
    until it reaches the dead-letter queue and an alarm fires; acknowledging it would lose the file
    silently.

    Return a partial batch response.
    """

    def handle(message: dict[str, Any]) -> None:
        for store, import_id, version in _uploads(message):
            ended = run_import(store, import_id, version, now=now, deadline=seconds_left)
            if ended.state in ("running", "removing"):
                wiring.send_import(message_of(store, ended))
            elif ended.finished_at == stamp(now) and not ended.is_removed:  # not delivered before
                telemetry.count("ImportsDone" if ended.state == "done" else "ImportsFailed")
                telemetry.count("RowsRejected", ended.rejected)

    return each_message(event, handle)


def _uploads(message: dict[str, Any]) -> Iterator[tuple[TenantStore, str, ObjectVersion]]:
    match message:
        case {"Event": "s3:TestEvent"}:
            return
        case {
            "import": {
                "tenant": str(tenant),
                "import_id": str(import_id),
                "key": str(key),
                "etag": str(etag),
                "version_id": str(version_id),
            }
        } if is_tenant(tenant):
            yield wiring.store(tenant), import_id, ObjectVersion(key, etag, version_id)
        case {"Records": list(records)}:
            for record in records:
                version = _object_of(record)
                if not version.key.endswith("/"):
                    yield _upload(version, _time_of(record))
        case _:
            raise UnprocessableMessage("the message names no file")


def _object_of(record: dict[str, Any]) -> ObjectVersion:
    match record:
        case {
            "eventName": str(name),
            "s3": {"bucket": {"name": str(bucket)}, "object": {"key": str(quoted), **_rest}},
        } if name.removeprefix("s3:").startswith("ObjectCreated"):
            pass
        case _:
            raise UnprocessableMessage("the record does not report a new object")
    if bucket != wiring.settings().bucket:
        raise UnprocessableMessage("the bucket does not belong to this service")
    reported = record["s3"]["object"]
    return ObjectVersion(
        unquote_plus(quoted),
        reported.get("eTag", "").strip('"'),
        reported.get("versionId") or "",
    )


def _time_of(record: dict[str, Any]) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(record["eventTime"]).astimezone(dt.UTC)
    except (KeyError, TypeError, ValueError) as error:
        raise UnprocessableMessage("the record has no valid time") from error


def _upload(
    version: ObjectVersion, dropped_at: dt.datetime
) -> tuple[TenantStore, str, ObjectVersion]:
    place = parse_import_object(version.key)
    if place is None:
        raise UnprocessableMessage("the object is not under imports/{tenant}/")
    store = wiring.store(place[0])
    if not store.is_registered():
        raise UnprocessableMessage("the object is in the folder of an unknown tenant")
    return store, import_for_object(store, version, dropped_at=dropped_at), version
