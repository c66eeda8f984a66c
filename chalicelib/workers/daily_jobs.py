"""The duties of the day, which the clock starts."""

from __future__ import annotations

import datetime as dt
import logging
import time

from chalicelib import telemetry, wiring
from chalicelib.functions import (
    READS_ROOT_SECRET,
    SEES_MISSING_OBJECTS,
    Function,
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
from chalicelib.services.fitting.fit_parts import end_stopped_fits
from chalicelib.services.fitting.fits import age_of_latest, request_scheduled_fit
from chalicelib.services.privacy import erasures
from chalicelib.workers.fit_worker import count_fit

ERASING_SECONDS = 600.0
"""How long a day's schedule goes on erasing, of the 900 seconds that it has."""

SCHEDULE = Function(
    name="Schedule",
    timeout_seconds=900,
    megabytes=256,
    at_once=1,
    failing_periods=1,  # it runs once a day
    without_dead_letters="A call has nothing in it that could be lost: the next does the same, and "
    "ScheduleErrorsAlarm tells of one that failed.",
    rights=(
        gets("config", "fits"),
        queries("-#tenants", "erasures", "events#*", "fits", "import#*", "imports"),
        puts("config", "erasures", "fits", "imports"),
        updates("config"),
        writes_batches("events#*", "import#*"),
        reads_objects("imports/{tenant}/*"),
        SEES_MISSING_OBJECTS,
        removes_objects("imports/{tenant}/*"),
        sends("FitQueue"),
        READS_ROOT_SECRET,
    ),
)

log = logging.getLogger(__name__)


def request_fits(*, now: dt.datetime) -> None:
    """Ask for the day's fit of every tenant; asking again on the same day changes nothing."""
    for tenant in wiring.tenants():
        request_scheduled_fit(wiring.store(tenant), wiring.send_fit, now=now)


def end_fits(*, now: dt.datetime) -> None:
    """End the fits whose state machine has stopped without a word."""
    for tenant in wiring.tenants():
        for ended in end_stopped_fits(wiring.store(tenant), now=now):
            log.warning("fit %s of %s had stopped; it is %s", ended.fit_id, tenant, ended.status)
            count_fit(ended, now)


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
