"""The fit functions: a fit in one go, and the parts of one that the state machine runs."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from chalicelib import telemetry, wiring
from chalicelib.functions import (
    QUEUE_KEEPS_FAILED_MESSAGES,
    SEES_MISSING_OBJECTS,
    ByStage,
    Function,
    Queue,
    Resource,
    Right,
    gets,
    puts,
    queries,
    reads_objects,
    writes_objects,
)
from chalicelib.model.days import stamp
from chalicelib.model.errors import UnprocessableMessage
from chalicelib.services.experiments import analyse_regions
from chalicelib.services.experiments.geo_analysis import GeoQuestion
from chalicelib.services.fitting.fit_parts import (
    Plan,
    begin_fit,
    give_up_fit,
    merge_parts,
    part_from_json,
    plan_as_json,
    plan_fit,
    plan_from_json,
    read_part,
)
from chalicelib.services.fitting.fits import run_fit
from chalicelib.storage.fit_items import ENDED, FitHeader
from chalicelib.storage.table_keys import is_tenant
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.workers.queue_messages import LambdaEvent, each_message, tries_of

log = logging.getLogger(__name__)

FIT_QUEUE = Queue(
    name="likeworth-fits",
    batch_size=1,
    hidden_seconds=5_400,
    tries=3,
    late_seconds=14_400,
    failure="A fit could not be run",
)
FIT = Function(
    name="Fit",
    timeout_seconds=900,
    megabytes=3008,
    at_once=10,
    is_numerical=True,
    queue=FIT_QUEUE,
    without_dead_letters=QUEUE_KEEPS_FAILED_MESSAGES,
    settings={
        "fit_machine_arn": Resource("FitMachine"),
        "fit_merged_events": ByStage("FitMergedEvents", dev=10_000_000, prod=40_000_000),
        "fit_concurrency": ByStage("FitPartsAtOnce", dev=4, prod=40),
    },
    tenant_rights=(
        gets("config", "fits"),
        queries("days#*", "events#*", "experiments"),
        puts("fits", "fit-results"),
        reads_objects("documents/{tenant}/experiments/*"),
        SEES_MISSING_OBJECTS,
        writes_objects("documents/{tenant}/fits/*"),
    ),
    calls=(Right("HandsOnWhatIsTooMuch", ("states:StartExecution",), resources=("FitMachine",)),),
)

_MACHINE_NOTICES = (
    "The state machine waits for it and tries again; what fails for good ends the execution, "
    "which raises an alarm."
)
FIT_PART = Function(
    name="FitPart",
    timeout_seconds=900,
    megabytes=2048,
    at_once=80,
    is_numerical=True,
    without_dead_letters=_MACHINE_NOTICES,
    tenant_rights=(
        gets("config", "fits"),
        queries("events#*"),
        Right(
            "WritesObjects",
            ("s3:PutObject", "s3:PutObjectTagging"),
            objects=("documents/{tenant}/fit-parts/*",),
        ),
    ),
)
FIT_MERGE = Function(
    name="FitMerge",
    timeout_seconds=900,
    megabytes=ByStage("FitMergeMegabytes", dev=3008, prod=10_240),
    at_once=10,
    is_numerical=True,
    without_dead_letters=_MACHINE_NOTICES,
    tenant_rights=(
        gets("config", "fits"),
        queries("erased", "events#*", "experiments"),
        puts("fits", "fit-results"),
        reads_objects("documents/{tenant}/experiments/*", "documents/{tenant}/fit-parts/*"),
        SEES_MISSING_OBJECTS,
        writes_objects("documents/{tenant}/fits/*"),
        Right("RemovesParts", ("s3:DeleteObject",), objects=("documents/{tenant}/fit-parts/*",)),
    ),
)
ANALYSIS = Function(
    name="Analysis",
    timeout_seconds=20,
    megabytes=1769,  # one whole processor
    at_once=10,
    is_numerical=True,
    without_dead_letters="The API waits for the answer and tells its caller, who repeats the "
    "request.",
)


def run_fits(event: LambdaEvent, *, now: dt.datetime) -> LambdaEvent:
    """Run the fits that an SQS event asks for.

    Returns
    -------
    dict
        A partial batch response.
    """

    again = any(tries_of(record) > 1 for record in event["Records"])

    def handle(message: dict[str, Any]) -> None:
        match message:
            case {"fit": {"tenant": str(tenant), "fit_id": str(fit_id)}} if is_tenant(tenant):
                if not _handed_on(wiring.store(tenant), fit_id, now, by_day=again):
                    count_fit(run_fit(wiring.store(tenant), fit_id, now=now), now)
            case _:
                raise UnprocessableMessage("the message asks for no fit")

    return each_message(event, handle)


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
    count_fit(ended, now)
    return ended.status


def analyse_geo_test(event: LambdaEvent) -> dict[str, Any]:
    """Analyse the counts of a geo test for the API, which has no numerical libraries."""
    return dict(analyse_regions(cast("GeoQuestion", event)))


def count_fit(ended: FitHeader, now: dt.datetime) -> None:
    """Count a fit that has just ended."""
    if ended.finished_at == stamp(now):  # and not before, with the same message
        telemetry.count("FitsDone" if ended.status == "done" else "FitsFailed")


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
