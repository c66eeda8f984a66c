"""Fits: requested here, run elsewhere, and kept permanently."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from typing_extensions import TypedDict

from chalicelib.model.days import MAX_WINDOW_DAYS, stamp
from chalicelib.model.errors import (
    FieldError,
    InvalidFields,
    LikeworthError,
    NoFitYet,
    NotFound,
    OtherVersion,
    UnusableInput,
)
from chalicelib.services.answer_fields import Failure, Instant, Window
from chalicelib.services.answer_tables import Column, Table
from chalicelib.services.experiments import all_experiments
from chalicelib.services.fitting.fit_documents import FitDocument
from chalicelib.services.fitting.fit_windows import FitWindow, events_of, window_of
from chalicelib.services.fitting.spread_documents import PersonDocument
from chalicelib.storage.fit_items import ENDED, FitHeader, Status
from chalicelib.storage.table_keys import is_time_ordered_id, time_ordered_id
from chalicelib.storage.tenant_store import TenantStore

SEND_AGAIN_AFTER = dt.timedelta(minutes=15)
"""The message of a fit queued for longer may be lost; sending another one does no harm."""
MOST_QUEUED = 200
"""Number of latest fits to search for a queued one."""

Send = Callable[[dict[str, Any]], None]
Estimate = Callable[..., FitDocument]


class Fit(TypedDict):
    """A fit."""

    id: str
    status: Status
    requested_at: Instant
    finished_at: Instant | None
    as_of: Instant | None
    window: Window
    goals: list[str]
    error: Failure | None


class OneFit(Fit):
    """A fit with its diagnostics, by goal."""

    diagnostics: dict[str, Any] | None


class Fits(TypedDict):
    """A page of fits."""

    fits: list[Fit]
    next: str | None


TABLE = Table(
    Fit,
    *("id", "status", "requested_at", "finished_at", "as_of"),
    *(Column("window.from", "from"), Column("window.to", "to"), "goals"),
)


def request_fit(
    store: TenantStore,
    send: Send,
    *,
    now: dt.datetime,
    start: dt.date | None = None,
    end: dt.date | None = None,
) -> FitHeader:
    """Request a fit: store a header, then send a message to the fit function.

    If a fit of the same window is already queued, return that one.

    Parameters
    ----------
    start, end : date, optional
        The window. If both are missing, the days with events of the `fit_window_days` up to
        yesterday.

    Raises
    ------
    InvalidFields
        If the window is invalid.
    """
    header = _header(store, time_ordered_id(now, _token(now)), now, start, end)
    waiting = _queued_like(store, header)
    if waiting is not None:
        header = waiting
    else:
        store.fits.add(header)
    requested = dt.datetime.fromisoformat(header.requested_at)
    if waiting is None or now - requested >= SEND_AGAIN_AFTER:
        send(fit_message(store.tenant, header.fit_id))
    return header


def request_scheduled_fit(store: TenantStore, send: Send, *, now: dt.datetime) -> FitHeader:
    """Request the daily fit; a second request on the same day returns the same fit."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    token = hashlib.sha256(f"{store.tenant}/{midnight:%Y-%m-%d}".encode()).hexdigest()[:8]
    header = _header(store, time_ordered_id(midnight, token), now, None, None)
    if not store.fits.add(header):
        header = show_fit(store, header.fit_id)
        if header.status != "queued":
            return header
    send(fit_message(store.tenant, header.fit_id))
    return header


def fit_message(tenant: str, fit_id: str) -> dict[str, Any]:
    """The message that makes the fit function run a fit."""
    return {"fit": {"tenant": tenant, "fit_id": fit_id}}


def run_fit(
    store: TenantStore,
    fit_id: str,
    *,
    now: dt.datetime,
    estimate: Estimate | None = None,
) -> FitHeader:
    """Run a requested fit; running it again after it has ended changes nothing.

    `estimate`: replaces `services.fitting.estimation.fit_events`.

    Raises
    ------
    NotFound
        If the fit was not requested.
    """
    header = show_fit(store, fit_id)
    if header.status in ENDED:
        return header
    header = saved(store, replace(header, status="running", as_of=stamp(now), in_parts=False))
    if header.status in ENDED:
        return header
    window = window_of(store, header, now)
    return conclude_fit(
        store,
        header,
        events_of(store, window),
        window=window,
        as_of=now,
        now=now,
        estimate=estimate,
    )


def conclude_fit(
    store: TenantStore,
    header: FitHeader,
    events: Any,
    *,
    window: FitWindow,
    as_of: dt.datetime,
    now: dt.datetime,
    estimate: Estimate | None = None,
) -> FitHeader:
    """Estimate, and store the document, or the reason why there is none.

    Parameters
    ----------
    events : iterable of Event, or Columns
        Of the whole window; any input that `estimate` accepts.
    as_of : datetime
        When they were read.
    now : datetime
        When the fit ends.
    """
    people: list[PersonDocument] = []
    try:
        if window.is_empty:
            raise UnusableInput("the whole window is older than the retention of this tenant")
        document = (estimate or estimate_events)(
            events,
            window=(window.start, window.end) if header.window_given else None,
            within=(window.start, window.end),
            roles=store.config.roles,
            country=store.config.country or None,
            user_ids=store.config.user_ids or None,
            currency=store.config.currency,
            as_of=as_of,
            fit_id=header.fit_id,
            experiments=all_experiments(store),
            max_people=store.settings.max_people,
            time_zone=store.config.time_zone,
            people=people,
        )
    except (OtherVersion, UnusableInput) as reason:
        return fail_fit(store, header, reason, now=now)
    store.fits.put_document(header.fit_id, document)
    if not header.window_given:
        erased = store.erasures.people()
        named = [dict(one) for one in people if one["person"] not in erased]
        store.multipliers.put(header.fit_id, named)
    header = replace(
        header,
        status="done",
        finished_at=stamp(now),
        goals=tuple(sorted(document["goals"])),
        window_from=document["window"]["from"],
        window_to=document["window"]["to"],
    )
    return saved(store, header)


def fail_fit(
    store: TenantStore, header: FitHeader, reason: LikeworthError, *, now: dt.datetime
) -> FitHeader:
    """Store the reason why there is no document."""
    header = replace(
        header,
        status="failed",
        finished_at=stamp(now),
        error={"code": reason.code, "detail": reason.detail},
    )
    return saved(store, header)


def saved(store: TenantStore, header: FitHeader) -> FitHeader:
    """Return the stored header: the given one, unless the fit has ended in the meantime."""
    return header if store.fits.save(header) else show_fit(store, header.fit_id)


def estimate_events(*events: Any, **about: Any) -> FitDocument:
    """Call `services.fitting.estimation.fit_events`, which is imported on first use."""
    from chalicelib.services.fitting.estimation import fit_events

    return fit_events(*events, **about)


def list_fits(
    store: TenantStore, *, limit: int, after: str | None = None
) -> tuple[list[FitHeader], str | None]:
    """A page of fits, newest first, and where the next one begins (None at the end)."""
    found = list(store.fits.newest_first(limit=limit + 1, after=after))
    page = found[:limit]
    return page, (page[-1].fit_id if len(found) > limit else None)


def show_fit(store: TenantStore, fit_id: str) -> FitHeader:
    """Return one fit's header.

    Raises
    ------
    NotFound
        If there is no such fit.
    """
    header = store.fits.get(fit_id) if is_time_ordered_id(fit_id) else None
    if header is None:
        raise NotFound("there is no such fit")
    return header


def age_of_latest(store: TenantStore, now: dt.datetime) -> dt.timedelta | None:
    """Time since the latest fit ended, with a document or with an error.

    If none has ended, the time since the first request; None if there is no fit.
    """
    header = None
    for header in store.fits.newest_first():
        if header.finished_at is not None:
            return now - dt.datetime.fromisoformat(header.finished_at)
    return None if header is None else now - dt.datetime.fromisoformat(header.requested_at)


def show_document(store: TenantStore, header: FitHeader) -> FitDocument | None:
    """The document of a fit; None before it is done."""
    return _read_document(store, header) if header.status == "done" else None


def shown_fit(header: FitHeader) -> Fit:
    """A fit as shown in answers."""
    return {
        "id": header.fit_id,
        "status": header.status,
        "requested_at": header.requested_at,
        "finished_at": header.finished_at,
        "as_of": header.as_of,
        "window": {"from": header.window_from, "to": header.window_to},
        "goals": list(header.goals),
        "error": cast("Failure | None", header.error),
    }


def shown_with_diagnostics(store: TenantStore, header: FitHeader) -> OneFit:
    """A single fit as shown in its own answer."""
    document = show_document(store, header)
    diagnostics = document and {
        goal: fitted["diagnostics"] for goal, fitted in document["goals"].items()
    }
    return {**shown_fit(header), "diagnostics": diagnostics}


def latest_document(store: TenantStore, goal: str | None = None) -> FitDocument:
    """The document that answers questions without a fit id.

    It is the newest fit with the default window that has an answer for `goal` (of all fits if none
    has). A fit with a requested window answers only while there is no other.

    Raises
    ------
    NoFitYet
        If no fit has ended with a document.
    """
    newest: dict[tuple[bool, bool], FitHeader] = {}
    for header in store.fits.newest_first():
        if header.status == "done":
            lacks_goal = goal is not None and goal not in header.goals
            newest.setdefault((lacks_goal, header.window_given), header)
            if (False, False) in newest:
                break
    for _, header in sorted(newest.items(), key=lambda one: one[0]):
        document = _read_document(store, header)
        if document is not None:
            return document
    raise NoFitYet("there is no fit yet; request one with POST /v1/fits")


def named_people(store: TenantStore, document: FitDocument) -> list[PersonDocument]:
    """The people whose shares bring most, by a fit; none if it is not the newest default fit.

    A fit that was running during an erasure may have stored an erased person, who is left out.
    """
    named = cast("list[PersonDocument]", store.multipliers.of_fit(document["id"]))
    if not named:
        return []
    erased = store.erasures.people()
    return [one for one in named if one["person"] not in erased]


def document_before(store: TenantStore, header: FitHeader) -> FitDocument | None:
    """The document of the fit before this one, of the default window; None if there is none.

    Raises
    ------
    OtherVersion
        If another version of the service wrote the document.
    """
    for one in store.fits.newest_first(after=header.fit_id):
        if one.status == "done" and not one.window_given:
            return _read_document(store, one)
    return None


def answering_document(
    store: TenantStore, goal: str | None = None, fit_id: str | None = None
) -> FitDocument:
    """The document that answers a question: that of the given fit, else the latest.

    Raises
    ------
    NotFound
        If there is no such fit, or it has not ended with a document.
    NoFitYet
        If no fit id was given and there is no fit.
    """
    if fit_id is None:
        return latest_document(store, goal)
    document = show_document(store, show_fit(store, fit_id))
    if document is None:
        raise NotFound("this fit has no answers because it is not done")
    return document


def _read_document(store: TenantStore, header: FitHeader) -> FitDocument | None:
    return cast("FitDocument | None", store.fits.document(header.fit_id))


def _header(
    store: TenantStore,
    fit_id: str,
    now: dt.datetime,
    start: dt.date | None,
    end: dt.date | None,
) -> FitHeader:
    last = end or (now.date() - dt.timedelta(days=1))
    window_days = store.config.fit_window_days or store.settings.fit_window_days
    first = start or last - dt.timedelta(days=window_days - 1)
    if last < first or (last - first).days >= MAX_WINDOW_DAYS:
        raise InvalidFields(
            "the window is invalid",
            (FieldError("/from", "out_of_range", f"a window has 1 to {MAX_WINDOW_DAYS} days"),),
        )
    return FitHeader(
        fit_id,
        stamp(now),
        first.isoformat(),
        last.isoformat(),
        window_given=start is not None or end is not None,
    )


def _queued_like(store: TenantStore, requested: FitHeader) -> FitHeader | None:
    window = (requested.window_from, requested.window_to, requested.window_given)
    for header in store.fits.newest_first(limit=MOST_QUEUED):
        if header.status == "queued" and window == (
            header.window_from,
            header.window_to,
            header.window_given,
        ):
            return header
    return None


def _token(now: dt.datetime) -> str:
    """Eight hexadecimal digits; the first five give the order of requests within one second."""
    return f"{now.microsecond:05x}{secrets.token_hex(2)[:3]}"
