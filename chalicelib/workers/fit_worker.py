"""The fit functions: a fit in one call, and the parts of a fit that the state machine runs."""

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
from chalicelib.model.errors import OtherVersion, UnprocessableMessage
from chalicelib.services.dialogue.dialogue_numbers import analyse_dialogue, unpack_question
from chalicelib.services.experiments import analyse_regions
from chalicelib.services.experiments.geo_analysis import GeoQuestion
from chalicelib.services.experiments.geo_designing import GeoDesignQuestion, design_regions
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
from chalicelib.services.fitting.fits import document_before, run_fit, show_document
from chalicelib.services.verdict_changes import verdict_message
from chalicelib.storage.fit_items import ENDED, FitHeader
from chalicelib.storage.table_keys import is_tenant
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.webhooks import Undeliverable
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
        gets("config", "fits", "fit-results"),
        queries("days#*", "erased", "events#*", "experiments", "fits"),
        puts("fits", "fit-results", "multipliers"),
        reads_objects("documents/{tenant}/experiments/*", "documents/{tenant}/fits/*"),
        SEES_MISSING_OBJECTS,
        writes_objects("documents/{tenant}/fits/*"),
    ),
    calls=(Right("HandsOnWhatIsTooMuch", ("states:StartExecution",), resources=("FitMachine",)),),
)

_MACHINE_RETRIES = (
    "The state machine waits for the function and retries it; if it keeps failing, the execution "
    "fails, and an alarm fires."
)
FIT_PART = Function(
    name="FitPart",
    timeout_seconds=900,
    megabytes=2048,
    at_once=80,
    is_numerical=True,
    without_dead_letters=_MACHINE_RETRIES,
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
    without_dead_letters=_MACHINE_RETRIES,
    tenant_rights=(
        gets("config", "fits", "fit-results"),
        queries("erased", "events#*", "experiments", "fits"),
        puts("fits", "fit-results", "multipliers"),
        reads_objects(
            "documents/{tenant}/experiments/*",
            "documents/{tenant}/fit-parts/*",
            "documents/{tenant}/fits/*",
        ),
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
    without_dead_letters="The API waits for the answer and returns an error to its caller, who "
    "repeats the request.",
)


def run_fits(event: LambdaEvent, *, now: dt.datetime) -> LambdaEvent:
    """Run the fits that an SQS event requests.

    Return a partial batch response.
    """

    again = any(tries_of(record) > 1 for record in event["Records"])

    def handle(message: dict[str, Any]) -> None:
        match message:
            case {"fit": {"tenant": str(tenant), "fit_id": str(fit_id)}} if is_tenant(tenant):
                if not _passed_to_machine(wiring.store(tenant), fit_id, now, by_day=again):
                    store = wiring.store(tenant)
                    ended = run_fit(store, fit_id, now=now)
                    count_fit(ended, now)
                    announce_verdicts(store, ended, now)
            case _:
                raise UnprocessableMessage("the message does not request a fit")

    return each_message(event, handle)


def read_fit_part(event: LambdaEvent) -> int:
    """Read a part of a fit for the state machine; repeating it has no effect.

    Return the size of the part in bytes.
    """
    store, plan = _store_and_plan(event)
    with _malformed_input():
        part = part_from_json(event["part"])
    return read_part(store, plan, part)


def merge_fit(event: LambdaEvent, *, now: dt.datetime) -> str:
    """Merge the parts of a fit and end it, or end it as failed, for the state machine.

    Return the status of the fit: ``done`` or ``failed``.
    """
    store, plan = _store_and_plan(event)
    if "error" in event:  # caught by the state machine after its retries
        ended = give_up_fit(store, plan, now=now)
    else:
        ended = merge_parts(store, plan, now=now)
    count_fit(ended, now)
    announce_verdicts(store, ended, now)
    return ended.status


def announce_verdicts(store: TenantStore, ended: FitHeader, now: dt.datetime) -> None:
    """Send the verdicts that a fit changed to the tenant's webhook, once.

    A message that cannot be delivered is logged and counted. It does not change the fit, and it is
    not sent later: the answers themselves are in the API.
    """
    url = store.config.webhook_url
    is_new = ended.status == "done" and ended.finished_at == stamp(now)
    if not url or not is_new or ended.window_given:
        return
    try:
        before, after = document_before(store, ended), show_document(store, ended)
        message = before and after and verdict_message(store.tenant, before, after)
        if message:
            wiring.send_webhook(url, message)
            telemetry.count("WebhooksSent")
    except (OtherVersion, Undeliverable) as error:
        log.warning("webhook of %s: fit %s: %s", store.tenant, ended.fit_id, error)
        telemetry.count("WebhooksFailed")


def analyse(event: LambdaEvent) -> dict[str, Any]:
    """Analyse or design a geo test, or analyse the dialogue, for callers without numpy."""
    if "dialogue" in event:
        return dict(analyse_dialogue(unpack_question(event["dialogue"])))
    if "design" in event:
        return dict(design_regions(cast("GeoDesignQuestion", event["design"])))
    return dict(analyse_regions(cast("GeoQuestion", event)))


def count_fit(ended: FitHeader, now: dt.datetime) -> None:
    """Count a fit that has just ended."""
    if ended.finished_at == stamp(now):  # not in an earlier delivery of the message
        telemetry.count("FitsDone" if ended.status == "done" else "FitsFailed")


def _passed_to_machine(store: TenantStore, fit_id: str, now: dt.datetime, *, by_day: bool) -> bool:
    """Pass a large fit to the state machine; False if the fit is to be read in this call.

    With `by_day` the fit is planned by day, whatever the day totals say: a fit that failed before
    may have more events than its day totals show.
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
    execution_input = plan_as_json(plan) | {
        "tenant": store.tenant,
        "at_once": given.fit_concurrency,
    }
    if begin_fit(store, plan).status in ENDED:
        return True
    if not wiring.start_fit_machine(f"{store.tenant}-{fit_id}", execution_input):
        log.info("fit %s of %s was already passed to the state machine", fit_id, store.tenant)
    return True


def _store_and_plan(event: LambdaEvent) -> tuple[TenantStore, Plan]:
    with _malformed_input():
        tenant = str(event["tenant"])
        if not is_tenant(tenant):
            raise ValueError("not a tenant name")
        plan = plan_from_json(event)
    return wiring.store(tenant), plan


@contextmanager
def _malformed_input() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise UnprocessableMessage("the input of the state machine is malformed") from error
