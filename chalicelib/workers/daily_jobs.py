"""The daily jobs, started by a schedule."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterator

from chalicelib import telemetry, wiring
from chalicelib.functions import (
    READS_ROOT_SECRET,
    SEES_MISSING_OBJECTS,
    Function,
    Resource,
    Right,
    gets,
    puts,
    queries,
    reads_objects,
    removes_objects,
    sends,
    updates,
    writes_batches,
)
from chalicelib.model.errors import StoreUnavailable
from chalicelib.services.dialogue.dialogue_alarms import new_alarms
from chalicelib.services.dialogue.stored_talk import underived
from chalicelib.services.fitting.fit_parts import end_stopped_fits
from chalicelib.services.fitting.fits import age_of_latest, request_scheduled_fit
from chalicelib.services.privacy import erasures
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.webhooks import Undeliverable
from chalicelib.workers.fit_worker import count_fit

ERASING_SECONDS = 600.0
"""Time for erasures in a daily run, which has 900 seconds."""

MESSAGES_DAYS = 400
DERIVED_AT_ONCE = 2_000
"""Days before today whose missing messages are derived, and of how many days and shards a run."""

SCHEDULE = Function(
    name="Schedule",
    timeout_seconds=900,
    megabytes=256,
    at_once=1,
    failing_periods=1,  # it runs once a day
    without_dead_letters="A call contains no data that could be lost: the next one does the same "
    "work, and ScheduleErrorsAlarm reports a failed call.",
    settings={"analysis_function": Resource("AnalysisHandler")},
    calls=(Right("HasStatisticsMade", ("lambda:InvokeFunction",), resources=("AnalysisHandler",)),),
    rights=(
        gets("config", "fits"),
        queries(
            *("-#tenants", "days#*", "erasures", "events#*", "fits", "import#*", "imports"),
            "messages#*",
        ),
        puts("alarms", "erasures", "fits", "imports"),
        updates("config"),
        writes_batches("events#*", "import#*"),
        reads_objects("imports/{tenant}/*"),
        SEES_MISSING_OBJECTS,
        removes_objects("imports/{tenant}/*"),
        sends("FitQueue", "TotalsQueue"),
        READS_ROOT_SECRET,
    ),
)

log = logging.getLogger(__name__)


def _stores() -> Iterator[TenantStore]:
    """The stores of all tenants.

    A tenant whose registration was interrupted has no data yet and is omitted: its next request
    registers it, which the daily jobs have no right to do.
    """
    stores = map(wiring.store, wiring.tenants())
    return (store for store in stores if store.is_registered())


def request_fits(*, now: dt.datetime) -> None:
    """Request the day's fit for every tenant; a second request on the same day has no effect."""
    for store in _stores():
        request_scheduled_fit(store, wiring.send_fit, now=now)


def end_fits(*, now: dt.datetime) -> None:
    """End the fits whose state machine stopped without ending them."""
    for store in _stores():
        for ended in end_stopped_fits(store, now=now):
            log.warning(
                "fit %s of %s had stopped; its status is now %s",
                ended.fit_id,
                store.tenant,
                ended.status,
            )
            count_fit(ended, now)


def renew_user_keys(*, now: dt.datetime) -> None:
    """Seal every tenant's key for people under the newest root secret.

    At most a day after a rotation, the previous secret is needed only for API keys that have not
    been used since.
    """
    wiring.other_secrets()  # loads the newest secret into this process
    for store in _stores():
        if store.renew_user_key():
            log.info(
                "sealed the user key of %s under the newest secret at %s",
                store.tenant,
                now.isoformat(),
            )


def finish_erasures(*, now: dt.datetime) -> None:
    """Continue unfinished erasures, and check those of yesterday a last time."""
    give_up_at = time.monotonic() + ERASING_SECONDS
    for store in _stores():
        processed = erasures.finish_erasures(
            store, now=now, has_time=lambda: time.monotonic() < give_up_at
        )
        for receipt in processed:
            log.info("erasure %s of %s is %s", receipt.receipt_id, store.tenant, receipt.state)


def derive_missing_messages(*, now: dt.datetime) -> None:
    """Derive the messages of days whose totals an earlier version derived, a bounded number."""
    today = now.date()
    for store in _stores():
        days = underived(store, today - dt.timedelta(days=MESSAGES_DAYS), today, now=now)
        for one in days[:DERIVED_AT_ONCE]:
            assert one.reading is not None  # of those without totals, nothing is missing
            if not wiring.settings().totals_queue_url:
                derive_day(store, one.day, one.shard, now=now)
                continue
            message = {
                "tenant": store.tenant,
                "day": one.day.isoformat(),
                "shard": one.shard,
                "reading": one.reading.number,
            }
            wiring.send_totals({"totals": message}, delay_seconds=0)


def announce_alarms(*, now: dt.datetime) -> None:
    """Send new alarms about the dialogue to the webhooks of tenants, each once.

    A message that cannot be delivered is logged and counted, and not sent again.
    """
    for store in _stores():
        url = store.config.webhook_url
        if not url:
            continue
        try:
            for message in new_alarms(store, now=now, analyse_by=wiring.analyse_dialogue):
                wiring.send_webhook(url, message)
                telemetry.count("WebhooksSent")
        except Undeliverable as error:
            log.warning("webhook of %s: alarm: %s", store.tenant, error)
            telemetry.count("WebhooksFailed")
        except StoreUnavailable as error:  # e.g. messages are still being derived
            log.warning("no alarms of %s today: %s", store.tenant, error.detail)


def measure_delays(*, now: dt.datetime) -> None:
    """Record the age of the latest fit of the tenant with the oldest one, and overdue erasures."""
    if not telemetry.is_recording():
        return
    stores = list(_stores())
    ages = [age for store in stores if (age := age_of_latest(store, now)) is not None]
    oldest = max(ages, default=dt.timedelta(0))
    telemetry.measure("FitAgeHours", oldest / dt.timedelta(hours=1))
    overdue = sum(erasures.count_overdue(store, now) for store in stores)
    telemetry.measure("ErasuresUnfinished", overdue)


DAILY_JOBS = (
    request_fits,
    end_fits,
    renew_user_keys,
    finish_erasures,
    derive_missing_messages,
    announce_alarms,
    measure_delays,
)


def run_daily_jobs(*, now: dt.datetime) -> None:
    """Run each daily job, even if another one fails.

    Raises
    ------
    ExceptionGroup
        The exceptions of the jobs, after all jobs have run. AWS then calls again; repeating a
        finished job has no effect.
    """
    failed: list[Exception] = []
    for job in DAILY_JOBS:
        try:
            job(now=now)
        except Exception as error:  # noqa: BLE001 - raised below, with the others
            log.error("%s failed: %s", job.__name__, type(error).__name__)
            failed.append(error)
            if isinstance(error, StoreUnavailable):
                telemetry.count("StoreUnavailable")
    if failed:
        raise ExceptionGroup("daily jobs failed", failed)
