"""Imports: an uploaded export file becomes events, through the same door as events by HTTP.

The file is read in order; after every chunk a checkpoint says how many rows of which version of the
file are dealt with, written after the events and the refused rows that it covers. Killed anywhere
and run again, an import loses nothing and doubles nothing: events and refused rows land on the
same items, and the counts come from the checkpoint.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.errors import ExportRefused, FieldError, InvalidFields, NotFound, StoreUnavailable
from chalicelib.services.admission import terms_of
from chalicelib.services.import_rows import CHUNK_EVENTS, Chunk, chunks
from chalicelib.storage import keys
from chalicelib.storage.imports import Import, RefusedRow
from chalicelib.storage.objects import ObjectGoneError, ObjectTooLargeError, ObjectVersion
from chalicelib.storage.tenant_store import TenantStore

if TYPE_CHECKING:
    pass

UPLOAD_SECONDS = 3600
STOP_BEFORE_SECONDS = 30.0
"""An import that has less time than this left stops at its checkpoint."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_CURRENCY = re.compile(r"[A-Z]{3}")

ReadExport = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """Where a file is to be PUT.

    Attributes
    ----------
    url : str
        Presigned; needs no credentials.
    expires_at : datetime
    """

    url: str
    expires_at: dt.datetime


def start_import(
    store: TenantStore,
    *,
    filename: str,
    platform: str = "auto",
    spread: bool = False,
    currency: str | None = None,
    account: str | None = None,
    now: dt.datetime,
) -> tuple[Import, Upload]:
    """Announce a file; it is imported as soon as it is uploaded.

    Parameters
    ----------
    platform : str
        ``auto`` or the slug of an importer.
    spread : bool
        Spread rows over several days evenly over those days.
    currency : str, optional
        Of reports that do not say; the tenant's reporting currency if absent.
    account : str, optional
        Which account of the platform it is, where a tenant has several.

    Raises
    ------
    InvalidFields
        For a name, platform or currency that cannot be one.
    """
    _check_request(filename, platform, currency, account)
    new = Import(
        import_id=keys.time_ordered_id(now, secrets.token_hex(4)),
        filename=filename,
        created_at=_stamp(now),
        platform=platform,
        spread=spread,
        currency=currency,
        account=account,
    )
    object_key = keys.import_object(store.tenant, new.import_id, _UNSAFE.sub("_", filename)[-128:])
    new = replace(new, object_key=object_key)
    _ = store.config  # a file of a tenant that is not registered would not be imported
    store.imports.add(new)
    url = store.objects.upload_url(object_key, expires_seconds=UPLOAD_SECONDS)
    return new, Upload(url, now + dt.timedelta(seconds=UPLOAD_SECONDS))


def import_for_object(
    store: TenantStore, version: ObjectVersion, *, dropped_at: dt.datetime
) -> str:
    """The id of the import that an uploaded object belongs to; one is made for a dropped file.

    Parameters
    ----------
    dropped_at : datetime
        When the object came, as its notification says: the same each time it is delivered.

    Raises
    ------
    ValueError
        If the object does not lie under ``imports/{tenant}/`` of this tenant.
    """
    place = keys.parse_import_object(version.key)
    if place is None or place[0] != store.tenant:
        raise ValueError(f"{version.key!r} is no upload of {store.tenant}")
    _, import_id, filename = place
    if import_id is not None and store.imports.get(import_id) is not None:
        return import_id
    token = hashlib.sha256(f"{version.key}\n{version.etag}".encode()).hexdigest()[:8]
    import_id = keys.time_ordered_id(dropped_at, token)
    store.imports.add(
        Import(
            import_id=import_id,
            filename=filename,
            created_at=_stamp(dropped_at),
            object_key=version.key,
        )
    )
    return import_id


def run_import(
    store: TenantStore,
    import_id: str,
    version: ObjectVersion,
    *,
    now: dt.datetime,
    deadline: Callable[[], float],
    read_export: ReadExport | None = None,
    chunk_events: int = CHUNK_EVENTS,
) -> Import:
    """Import a file, or go on where its checkpoint says.

    Parameters
    ----------
    version : ObjectVersion
        The upload; another version than the checkpoint's starts again.
    deadline : callable
        Seconds that are left; with few left the import stops at its checkpoint.
    read_export : callable, optional
        In place of `exports.read_export`.
    chunk_events : int
        About how many events lie between two checkpoints.

    Returns
    -------
    Import
        ``done``, ``failed`` (with the reason), or ``running``: it ran out of time, call again.

    Raises
    ------
    NotFound
        There is no such import.
    StoreUnavailable
        Not everything could be stored; nothing before the checkpoint is lost, try again later.
    """
    current = show_import(store, import_id)
    same = (current.object_key, current.etag) == (version.key, version.etag)
    if same and current.state in ("done", "failed"):
        return current
    try:
        stream = store.objects.open(version, max_bytes=store.settings.max_import_bytes)
    except ObjectGoneError:
        if current.state == "waiting" or same:
            return _fail(store, current, "object_gone", "the file was removed or replaced", now)
        return current
    except ObjectTooLargeError as error:
        begun = _begin(store, current, version)
        return _fail(store, begun, "file_too_large", str(error), now)
    with stream:
        if not (same and current.state == "running"):
            current = _begin(store, current, version)
        try:
            reader = (read_export or _exports())(
                stream,
                platform=current.platform,
                currency=current.currency or store.config.currency,
                spread=current.spread,
                account=current.account,
            )
            current = replace(current, report=_plain(asdict(reader.report)))
            terms = terms_of(store, now)
            rows = islice(iter(reader), current.position, None)
            for chunk in chunks(rows, terms, chunk_events):
                current = _keep(store, current, chunk, now)
                if deadline() < STOP_BEFORE_SECONDS:
                    return current
        except ExportRefused as refusal:
            return _fail(store, current, refusal.code, refusal.detail, now)
        return _finish(store, current, _plain(reader.summary()), now)


def show_import(store: TenantStore, import_id: str) -> Import:
    """One import; raises NotFound."""
    found = store.imports.get(import_id) if keys.is_time_ordered_id(import_id) else None
    if found is None:
        raise NotFound("there is no such import")
    return found


def list_imports(
    store: TenantStore, *, limit: int, after: str | None = None
) -> tuple[list[Import], str | None]:
    """A page of imports, newest first, and where the next one begins (None at the end)."""
    found = store.imports.newest_first(limit=limit + 1, after=after)
    page = found[:limit]
    return page, (page[-1].import_id if len(found) > limit else None)


def list_refused_rows(
    store: TenantStore, import_id: str, *, limit: int, after: str | None = None
) -> tuple[list[RefusedRow], str | None]:
    """A page of the rows that an import refused; raises NotFound for an unknown import."""
    show_import(store, import_id)
    return store.imports.refused_rows(import_id, limit=limit, after=after)


# --- what is kept -----------------------------------------------------------------------------


def _keep(store: TenantStore, current: Import, chunk: Chunk, now: dt.datetime) -> Import:
    """Events, then refused rows, then the checkpoint that covers both."""
    missed = store.events.write(chunk.writes)
    if missed:
        raise StoreUnavailable(
            f"{len(missed)} events after row {current.position} of the import "
            f"{current.import_id} are not stored; it goes on from there"
        )
    store.imports.add_refused_rows(current.import_id, chunk.refused, now=now)
    days = [write.event.day.isoformat() for write in chunk.writes]
    days += [day for day in (current.first_day, current.last_day) if day is not None]
    return store.imports.save(
        replace(
            current,
            position=current.position + chunk.rows,
            rows=current.rows + chunk.rows,
            events=current.events + len(chunk.writes),
            rejected=current.rejected + chunk.rejected,
            not_data=current.not_data + chunk.not_data,
            first_day=min(days, default=None),
            last_day=max(days, default=None),
        )
    )


def _begin(store: TenantStore, current: Import, version: ObjectVersion) -> Import:
    """The import at the first row of a version of its file."""
    if current.state != "waiting":
        store.imports.remove_refused_rows(current.import_id)
    return store.imports.save(
        Import(
            import_id=current.import_id,
            filename=current.filename,
            created_at=current.created_at,
            state="running",
            platform=current.platform,
            spread=current.spread,
            currency=current.currency,
            account=current.account,
            object_key=version.key,
            etag=version.etag,
            version_id=version.version_id,
            revision=current.revision,
        )
    )


def _finish(
    store: TenantStore, current: Import, summary: dict[str, Any], now: dt.datetime
) -> Import:
    return store.imports.save(
        replace(current, state="done", finished_at=_stamp(now), summary=summary)
    )


def _fail(store: TenantStore, current: Import, code: str, detail: str, now: dt.datetime) -> Import:
    return store.imports.save(
        replace(
            current,
            state="failed",
            error={"code": code, "detail": detail},
            finished_at=_stamp(now),
        )
    )


def _exports() -> ReadExport:
    from chalicelib.exports import read_export

    return read_export


def _platforms() -> tuple[str, ...]:
    from chalicelib.exports import PLATFORMS

    return PLATFORMS


def _check_request(filename: str, platform: str, currency: str | None, account: str | None) -> None:
    wrong = []
    if not 1 <= len(filename) <= 255 or not filename.isprintable():
        wrong.append(FieldError("/filename", "invalid_format", "1 to 255 printable characters"))
    if platform != "auto" and platform not in _platforms():
        known = ", ".join(_platforms())
        wrong.append(FieldError("/platform", "unknown_value", f"auto or one of {known}"))
    if currency is not None and not _CURRENCY.fullmatch(currency):
        wrong.append(FieldError("/currency", "invalid_currency", "three capital letters"))
    if account is not None and not (1 <= len(account) <= 128 and account.isprintable()):
        wrong.append(FieldError("/account", "invalid_format", "1 to 128 printable characters"))
    if wrong:
        raise InvalidFields("this import cannot be started", tuple(wrong))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON has them, numbers as int or Decimal."""
    plain: dict[str, Any] = json.loads(json.dumps(values, default=str), parse_float=Decimal)
    return plain


def _stamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
