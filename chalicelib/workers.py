"""What runs behind queues, the table's stream and the clock.

Plain functions of an event as AWS delivers it. What must be tried again escapes, or is named in a
partial batch response, so that the queue delivers it again and puts it with the dead letters in the
end; nothing is acknowledged that was not done.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_plus

from chalicelib import telemetry, wiring
from chalicelib.days import stamp
from chalicelib.errors import LikeworthError, StoreUnavailable, UnprocessableMessage
from chalicelib.services import erasures
from chalicelib.services.experiments import analyse_regions
from chalicelib.services.fitting.fit_parts import (
    Plan,
    begin_fit,
    end_stopped_fits,
    give_up_fit,
    merge_parts,
    part_from_json,
    plan_as_json,
    plan_fit,
    plan_from_json,
    read_part,
)
from chalicelib.services.fitting.fits import age_of_latest, request_scheduled_fit, run_fit
from chalicelib.services.freshness import (
    Appointment,
    Wait,
    derive_or_wait,
    keep_appointment,
)
from chalicelib.services.imports import import_for_object, message_of, run_import
from chalicelib.services.totals import derive_day
from chalicelib.storage.fits import ENDED, FitHeader
from chalicelib.storage.keys import is_tenant, parse_event_partition, parse_import_object
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore

LambdaEvent = dict[str, Any]
SecondsLeft = Callable[[], float]

ERASING_SECONDS = 600.0
"""How long a day's schedule goes on erasing, of the 900 seconds that it has."""

log = logging.getLogger(__name__)


def run_imports(event: LambdaEvent, *, now: dt.datetime, seconds_left: SecondsLeft) -> LambdaEvent:
    """Import the files that an SQS event tells of.

    A message holds an S3 notification, or a request to go on with an import that ran out of time,
    to replay one or to remove one. S3's test message means nothing. A file outside
    ``imports/{tenant}/`` of a known tenant belongs to nobody: its message fails until it lies with
    the dead letters, where an alarm stands; to acknowledge it would lose it unseen. A key that ends
    in a slash is a folder of the S3 console and no file.

    Returns
    -------
    dict
        A partial batch response.
    """

    def handle(message: dict[str, Any]) -> None:
        for store, import_id, version in _uploads(message):
            ended = run_import(store, import_id, version, now=now, deadline=seconds_left)
            if ended.state in ("running", "removing"):
                wiring.send_import(message_of(store, ended))
            elif ended.finished_at == stamp(now) and not ended.is_removed:  # and not before
                telemetry.count("ImportsDone" if ended.state == "done" else "ImportsFailed")
                telemetry.count("RowsRefused", ended.rejected)

    return _each_message(event, handle)


def run_fits(event: LambdaEvent, *, now: dt.datetime) -> LambdaEvent:
    """Run the fits that an SQS event asks for.

    Returns
    -------
    dict
        A partial batch response.
    """

    again = any(_tries_of(record) > 1 for record in event["Records"])

    def handle(message: dict[str, Any]) -> None:
        match message:
            case {"fit": {"tenant": str(tenant), "fit_id": str(fit_id)}} if is_tenant(tenant):
                if not _handed_on(wiring.store(tenant), fit_id, now, by_day=again):
                    _count_fit(run_fit(wiring.store(tenant), fit_id, now=now), now)
            case _:
                raise UnprocessableMessage("the message asks for no fit")

    return _each_message(event, handle)


def read_fit_part(event: LambdaEvent) -> int:
    """Read a part of a fit, as its state machine says; doing it twice changes nothing.

    Returns
    -------
    int
        How many bytes it is.
    """
    store, plan = _planned(event)
    with _malformed_named():
        part = part_from_json(event["part"])
    return read_part(store, plan, part)


def analyse_geo_test(event: LambdaEvent) -> dict[str, Any]:
    """What the counts of a geo test say, for the API, which has no numerical libraries."""
    return analyse_regions(event)


def merge_fit(event: LambdaEvent, *, now: dt.datetime) -> str:
    """Put the parts of a fit together and end it, or give it up, as its state machine says.

    Returns
    -------
    str
        How it ended: ``done`` or ``failed``.
    """
    store, plan = _planned(event)
    if "error" in event:  # of which the state machine has caught that it lasts
        ended = give_up_fit(store, plan, now=now)
    else:
        ended = merge_parts(store, plan, now=now)
    _count_fit(ended, now)
    return ended.status


def derive_totals(event: LambdaEvent, *, now: dt.datetime) -> None:
    """Derive the totals of every day and shard that a DynamoDB stream event says has changed.

    With a queue to wait in, those that were derived not long ago wait there.
    Records that expire (removed by DynamoDB itself) change nothing: totals outlive their events.
    """
    changed = sorted(set(_changed_partitions(event)))
    for tenant, day, shard in changed:
        store = wiring.store(tenant)
        if not wiring.settings().totals_queue_url:
            derive_day(store, day, shard, now=now)
        else:
            derive_or_wait(store, day, shard, now=now, wait=_waiting(tenant, day, shard, now))


def derive_waiting_totals(event: LambdaEvent, *, now: dt.datetime) -> LambdaEvent:
    """Derive the totals of days that waited for it, as an SQS event says.

    Returns
    -------
    dict
        A partial batch response.
    """

    def handle(message: dict[str, Any]) -> None:
        match message:
            case {
                "totals": {
                    "tenant": str(tenant),
                    "day": str(day_text),
                    "shard": int(shard),
                    **rest,
                }
            } if is_tenant(tenant):
                keep_appointment(
                    wiring.store(tenant),
                    dt.date.fromisoformat(day_text),
                    shard,
                    reading=int(str(rest.get("reading", 0))),  # 0 before there were numbers
                    now=now,
                    wait=_waiting(tenant, dt.date.fromisoformat(day_text), shard, now),
                )
            case _:
                raise UnprocessableMessage("the message names no day that waits")

    return _each_message(event, handle)


def request_fits(*, now: dt.datetime) -> None:
    """Ask for the day's fit of every tenant; asking again on the same day changes nothing."""
    for tenant in wiring.tenants():
        request_scheduled_fit(wiring.store(tenant), wiring.send_fit, now=now)


def end_fits(*, now: dt.datetime) -> None:
    """End the fits whose state machine has stopped without a word."""
    for tenant in wiring.tenants():
        for ended in end_stopped_fits(wiring.store(tenant), now=now):
            log.warning("fit %s of %s had stopped; it is %s", ended.fit_id, tenant, ended.status)
            _count_fit(ended, now)


def renew_user_keys(*, now: dt.datetime) -> None:
    """Seal every tenant's key for people under the newest root secret.

    A day after a rotation at the latest nothing of a tenant is kept under the secret before, but
    for API keys that nobody has used since.
    """
    wiring.other_secrets()  # so that the newest is known to this process
    for tenant in wiring.tenants():
        if wiring.store(tenant).renew_user_key():
            log.info("the key for the people of %s is sealed anew at %s", tenant, now.isoformat())


def finish_erasures(*, now: dt.datetime, seconds: float = ERASING_SECONDS) -> None:
    """Go on with erasures that are unfinished, and look a last time at those of yesterday."""
    give_up_at = time.monotonic() + seconds
    for tenant in wiring.tenants():
        looked = erasures.finish_erasures(
            wiring.store(tenant), now=now, has_time=lambda: time.monotonic() < give_up_at
        )
        for receipt in looked:
            log.info("erasure %s of %s is %s", receipt.receipt_id, tenant, receipt.state)


def measure_delays(*, now: dt.datetime) -> None:
    """Tell how old the oldest tenant's latest fit is, and how many erasures are overdue."""
    if not telemetry.is_recording():
        return
    stores = [wiring.store(tenant) for tenant in wiring.tenants()]
    ages = [age for store in stores if (age := age_of_latest(store, now)) is not None]
    oldest = max(ages, default=dt.timedelta(0))
    telemetry.measure("FitAgeHours", oldest / dt.timedelta(hours=1))
    overdue = sum(erasures.count_overdue(store, now) for store in stores)
    telemetry.measure("ErasuresUnfinished", overdue)


def do_daily_duties(*, now: dt.datetime) -> None:
    """Try each duty of the day; one that fails keeps none of the others from being done.

    The last is to tell how old the fits are and which erasures wait.

    Raises
    ------
    ExceptionGroup
        Of what the duties raised, after all were tried. The clock calls again then; to do again
        what was done changes nothing.
    """
    failed: list[Exception] = []
    for duty in (request_fits, end_fits, renew_user_keys, finish_erasures, measure_delays):
        try:
            duty(now=now)
        except Exception as error:  # noqa: BLE001 - raised below, with the others
            log.error("%s failed: %s", duty.__name__, type(error).__name__)
            failed.append(error)
            if isinstance(error, StoreUnavailable):
                telemetry.count("StoreUnavailable")
    if failed:
        raise ExceptionGroup("not every duty of the day is done", failed)


def _handed_on(store: TenantStore, fit_id: str, now: dt.datetime, *, by_day: bool) -> bool:
    """Whether a fit has so many events that the state machine reads it, and knows of it now.

    A fit that was tried before may have more events than the day totals tell of.
    """
    given = wiring.settings()
    if not given.fit_machine_arn:
        return False
    plan = plan_fit(
        store,
        fit_id,
        now=now,
        above=given.fit_whole_events,
        part_events=given.fit_part_events,
        merged_events=given.fit_merged_events,
        by_day=by_day,
    )
    if plan is None:
        return False
    told = plan_as_json(plan) | {"tenant": store.tenant, "at_once": given.fit_concurrency}
    if begin_fit(store, plan).status in ENDED:
        return True
    if not wiring.start_fit_machine(f"{store.tenant}-{fit_id}", told):
        log.info("fit %s of %s was handed on before", fit_id, store.tenant)
    return True


def _count_fit(ended: FitHeader, now: dt.datetime) -> None:
    if ended.finished_at == stamp(now):  # and not before, with the same message
        telemetry.count("FitsDone" if ended.status == "done" else "FitsFailed")


def _planned(event: LambdaEvent) -> tuple[TenantStore, Plan]:
    with _malformed_named():
        tenant = str(event["tenant"])
        if not is_tenant(tenant):
            raise ValueError("no name of a tenant")
        plan = plan_from_json(event)
    return wiring.store(tenant), plan


@contextmanager
def _malformed_named() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise UnprocessableMessage("the state machine asks for no part of a fit") from error


def _each_message(event: LambdaEvent, handle: Callable[[dict[str, Any]], None]) -> LambdaEvent:
    failed = []
    for record in event["Records"]:
        try:
            handle(_message(record["body"]))
        except LikeworthError as error:
            log.warning("message %s: %s: %s", record["messageId"], error.code, error.detail)
            if isinstance(error, StoreUnavailable):
                telemetry.count("StoreUnavailable")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _tries_of(record: LambdaEvent) -> int:
    """How often a message has been handed out, this time included."""
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))


def _message(body: str) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except ValueError as error:
        raise UnprocessableMessage("the message is not JSON") from error
    if not isinstance(message, dict):
        raise UnprocessableMessage("the message is no JSON object")
    return message


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
            raise UnprocessableMessage("the message tells of no file")


def _object_of(record: dict[str, Any]) -> ObjectVersion:
    match record:
        case {
            "eventName": str(name),
            "s3": {"bucket": {"name": str(bucket)}, "object": {"key": str(quoted), **_rest}},
        } if name.removeprefix("s3:").startswith("ObjectCreated"):
            pass
        case _:
            raise UnprocessableMessage("the record tells of no new object")
    if bucket != wiring.settings().bucket:
        raise UnprocessableMessage("the bucket is not that of this service")
    told = record["s3"]["object"]
    return ObjectVersion(
        unquote_plus(quoted), told.get("eTag", "").strip('"'), told.get("versionId") or ""
    )


def _time_of(record: dict[str, Any]) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(record["eventTime"]).astimezone(dt.UTC)
    except (KeyError, TypeError, ValueError) as error:
        raise UnprocessableMessage("the record does not say when the object came") from error


def _upload(
    version: ObjectVersion, dropped_at: dt.datetime
) -> tuple[TenantStore, str, ObjectVersion]:
    place = parse_import_object(version.key)
    if place is None:
        raise UnprocessableMessage("the object does not lie under imports/{tenant}/")
    store = wiring.store(place[0])
    if not store.is_registered():
        raise UnprocessableMessage("the object lies under the name of an unknown tenant")
    return store, import_for_object(store, version, dropped_at=dropped_at), version


def _waiting(tenant: str, day: dt.date, shard: int, now: dt.datetime) -> Wait:
    def wait(until: Appointment) -> None:
        message = {
            "tenant": tenant,
            "day": day.isoformat(),
            "shard": shard,
            "reading": until.reading,
        }
        seconds = (until.due_at - now).total_seconds()
        wiring.send_totals({"totals": message}, delay_seconds=seconds)

    return wait


def _changed_partitions(event: LambdaEvent) -> Iterator[tuple[str, dt.date, int]]:
    for record in event["Records"]:
        if record.get("userIdentity", {}).get("principalId") == "dynamodb.amazonaws.com":
            continue
        partition = parse_event_partition(record["dynamodb"]["Keys"]["pk"]["S"])
        if partition is not None:
            yield partition
