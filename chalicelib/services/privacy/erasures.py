"""Erase a person: their events still count, without the person, and the person does not come back.

Once the person is marked, later events of the person are stored without them (`admission`). Then
all days that may have events are searched, and the imports (`erasing_files`). A search that runs
out of time continues when it is requested again, or by the daily jobs. A second search, some time
later, finds events that a process admitted before it noticed the mark.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from chalicelib.model.days import stamp
from chalicelib.model.errors import FieldError, InvalidFields, NotFound
from chalicelib.services.privacy.erasing_files import erase_from_imports
from chalicelib.storage import table_keys
from chalicelib.storage.erasure_items import Receipt
from chalicelib.storage.pseudonyms import normal_user_id
from chalicelib.storage.tenant_store import TenantStore

SETTLES_AFTER = dt.timedelta(hours=1)
"""After that time, every process knows the mark."""

OVERDUE_AFTER = dt.timedelta(days=1)
"""After that time, the daily jobs have continued an erasure once."""

LATE_DAYS = 14
"""How long DynamoDB may keep an event after it expired."""

MAX_USER_ID = 256

HasTime = Callable[[], bool]


def erase_person(
    store: TenantStore, user_id: str, *, now: dt.datetime, has_time: HasTime
) -> Receipt:
    """Erase a person, or continue to; safe to repeat.

    Parameters
    ----------
    user_id : str
        As a client would send it.
    has_time : callable
        Returns whether there is time for more.

    Returns
    -------
    Receipt
        ``done``, or ``running``: repeat the call.

    Raises
    ------
    InvalidFields
        If it cannot be the id of a person.
    StoreUnavailable
        The store does not answer, or another call erases the same person; repeat the call.
    """
    person = store.user_hash(_checked(user_id))
    receipt = store.erasures.begin(
        Receipt(
            receipt_id=table_keys.time_ordered_id(now, secrets.token_hex(4)),
            person=person,
            asked_at=stamp(now),
            began_at=stamp(now),
            next_day=_first_day(store, now).isoformat(),
        )
    )
    store.erased.look_again()
    store.multipliers.forget(person)
    return _go_on(store, _begun(store, receipt, now), now, has_time)


def finish_erasures(store: TenantStore, *, now: dt.datetime, has_time: HasTime) -> list[Receipt]:
    """Continue unfinished erasures and make the second searches that are due.

    Return the receipts that were continued, as they are now.
    """
    continued = []
    for receipt in store.erasures.newest_first():
        settled = now - dt.datetime.fromisoformat(receipt.asked_at) >= SETTLES_AFTER
        if receipt.state == "done" and (receipt.checked_at is not None or not settled):
            continue
        if not has_time():
            break
        continued.append(_go_on(store, _begun(store, receipt, now), now, has_time))
    return continued


def repeat_erasures(
    store: TenantStore, receipts: Iterable[Receipt], *, now: dt.datetime
) -> Iterator[Receipt]:
    """Erase the people of some receipts once more, from the first day on; safe to repeat.

    Needed after restoring items from a backup. A receipt holds the person's hash, so no list of
    ids is needed.

    `receipts`: from this table, or from the table that it replaces.

    Yields
    ------
    Receipt
        As stored now: ``done``, unless a file of the person is still being imported.

    Raises
    ------
    StoreUnavailable
        If the store does not answer, or another call erases the same person; repeat it.
    """
    for earlier in receipts:
        there = store.erasures.begin(earlier)
        store.erased.look_again()
        yield _go_on(store, _new_search(store, there, now), now, lambda: True)


def count_overdue(store: TenantStore, now: dt.datetime) -> int:
    """Count the erasures that are still unfinished `OVERDUE_AFTER` their request."""
    return sum(
        receipt.state == "running"
        and now - dt.datetime.fromisoformat(receipt.asked_at) > OVERDUE_AFTER
        for receipt in store.erasures.newest_first()
    )


def show_receipt(store: TenantStore, receipt_id: str) -> Receipt:
    """Return one receipt; raises NotFound."""
    found = store.erasures.get(receipt_id) if table_keys.is_time_ordered_id(receipt_id) else None
    if found is None:
        raise NotFound("there is no such receipt")
    return found


def list_receipts(
    store: TenantStore, *, limit: int, after: str | None = None
) -> tuple[list[Receipt], str | None]:
    """Return a page of receipts, newest first, and the next cursor (None at the end)."""
    found = store.erasures.newest_first(limit=limit + 1, after=after)
    page = found[:limit]
    return page, (page[-1].receipt_id if len(found) > limit else None)


def _checked(user_id: str) -> str:
    code, message = "", ""
    if not normal_user_id(user_id):
        code, message = "too_short", "must not be blank"
    elif len(user_id) > MAX_USER_ID:
        code, message = "too_long", f"at most {MAX_USER_ID} characters"
    if code:
        raise InvalidFields("this is not a valid user id", (FieldError("/user_id", code, message),))
    return user_id


def _first_day(store: TenantStore, now: dt.datetime) -> dt.date:
    return now.date() - dt.timedelta(days=store.config.kept_days + LATE_DAYS)


def _begun(store: TenantStore, receipt: Receipt, now: dt.datetime) -> Receipt:
    """Return the receipt with a running search: the interrupted one or a new one."""
    return receipt if receipt.state == "running" else _new_search(store, receipt, now)


def _new_search(store: TenantStore, receipt: Receipt, now: dt.datetime) -> Receipt:
    return store.erasures.save(
        replace(
            receipt,
            state="running",
            began_at=stamp(now),
            next_day=_first_day(store, now).isoformat(),
            after_import=None,
            after_row=None,
            left_over=False,
        )
    )


def _go_on(store: TenantStore, receipt: Receipt, now: dt.datetime, has_time: HasTime) -> Receipt:
    receipt = _erase_from_events(store, receipt, now, has_time)
    if receipt.next_day is not None:
        return receipt
    receipt, at_the_end = erase_from_imports(store, receipt, now, has_time)
    if not at_the_end:
        return receipt
    return store.erasures.save(_ended(receipt, now))


def _erase_from_events(
    store: TenantStore, receipt: Receipt, now: dt.datetime, has_time: HasTime
) -> Receipt:
    if receipt.next_day is None:
        return receipt
    day, last = dt.date.fromisoformat(receipt.next_day), now.date() + dt.timedelta(days=1)
    while day <= last:
        if not has_time():
            return store.erasures.save(replace(receipt, next_day=day.isoformat()))
        for touched in store.events.erase_person(receipt.person, day, store.trace_of):
            receipt = store.erasures.save(
                replace(receipt, events=receipt.events + touched, next_day=day.isoformat())
            )
            if not has_time():
                return receipt
        day += dt.timedelta(days=1)
    return store.erasures.save(replace(receipt, next_day=None))


def _ended(receipt: Receipt, now: dt.datetime) -> Receipt:
    asked, began = map(dt.datetime.fromisoformat, (receipt.asked_at, receipt.began_at))
    saw_all = began - asked >= SETTLES_AFTER and not receipt.left_over
    return replace(
        receipt,
        state="done",
        finished_at=stamp(now),
        checked_at=stamp(now) if saw_all else receipt.checked_at,
        after_import=None,
        after_row=None,
    )
