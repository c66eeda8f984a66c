"""Create imports for announced uploads and for files dropped into the bucket."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.model.currencies import is_currency
from chalicelib.model.days import stamp
from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.services.imports.limits import UPLOAD_SECONDS, check_quotas
from chalicelib.services.kept_mappings import chosen_mapping
from chalicelib.storage import table_keys
from chalicelib.storage.import_records import Import
from chalicelib.storage.masking import masked
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]|\A\.+\Z")
"""Unsafe in an object key. A name of dots only would be a relative path in a URL."""


@dataclass(frozen=True, slots=True)
class Upload:
    """The URL to PUT a file to."""

    url: str
    """Presigned; needs no other credentials."""
    expires_at: dt.datetime


def start_import(
    store: TenantStore,
    *,
    filename: str,
    size: int | None = None,
    platform: str = "auto",
    mapping: Any = None,
    spread: bool = False,
    currency: str | None = None,
    account: str | None = None,
    now: dt.datetime,
) -> tuple[Import, Upload]:
    """Announce a file. The import starts when the upload is complete.

    Parameters
    ----------
    size : int, optional
        Size of the file in bytes. The URL then accepts only this size.
    platform : str
        ``auto`` or the slug of an importer.
    mapping : str or dict, optional
        The name of a saved mapping, or a mapping. The import keeps a copy as of now.
    spread : bool
        Spread a row that covers several days evenly over those days.
    currency : str, optional
        Currency of reports that do not state one. Default: the tenant's reporting currency.
    account : str, optional
        The platform account, if the tenant has several.

    Raises
    ------
    InvalidFields
        If the name, size, platform, mapping or currency is invalid.
    TooManyImports, UploadQuotaUsed
    """
    check_options(platform, currency, account, filename=filename)
    most = store.settings.max_import_bytes
    if size is not None and not 0 < size <= most:
        wrong = FieldError("/bytes", "out_of_range", f"1 to {most:,}")
        raise InvalidFields("the file cannot be uploaded", (wrong,))
    chosen, name = chosen_mapping(store, mapping)
    new = Import(
        import_id=table_keys.time_ordered_id(now, secrets.token_hex(4)),
        filename=filename,
        created_at=stamp(now),
        platform=platform,
        mapping=chosen,
        mapping_name=name,
        spread=spread,
        currency=currency,
        account=account,
    )
    name = _UNSAFE.sub("_", masked(filename))[-128:]
    object_key = table_keys.import_object(store.tenant, new.import_id, name)
    new = replace(new, object_key=object_key)
    _ = store.config  # registers a new tenant: files of unregistered tenants are not imported
    check_quotas(store, size=size, now=now)
    expires_at = now + dt.timedelta(seconds=UPLOAD_SECONDS)
    store.import_quotas.announce(new.import_id, until=expires_at)
    store.imports.add(new)
    url = store.objects.upload_url(object_key, expires_seconds=UPLOAD_SECONDS, size=size)
    return new, Upload(url, expires_at)


def import_for_object(
    store: TenantStore, version: ObjectVersion, *, dropped_at: dt.datetime
) -> str:
    """Return the id of the import for an uploaded object; create one for a dropped file.

    `dropped_at`: time from the notification, so that repeated deliveries give the same id.

    Raises
    ------
    ValueError
        If the key is not under ``imports/{tenant}/`` of this tenant.
    """
    place = table_keys.parse_import_object(version.key)
    if place is None or place[0] != store.tenant:
        raise ValueError(f"{version.key!r} is not an upload of {store.tenant}")
    _, import_id, filename = place
    if import_id is not None and store.imports.get(import_id) is not None:
        return import_id
    token = hashlib.sha256(f"{version.key}\n{version.etag}".encode()).hexdigest()[:8]
    import_id = table_keys.time_ordered_id(dropped_at, token)
    store.imports.add(
        Import(
            import_id=import_id,
            filename=filename,
            created_at=stamp(dropped_at),
            object_key=version.key,
        )
    )
    return import_id


def check_options(
    platform: str, currency: str | None, account: str | None, *, filename: str = "x"
) -> None:
    """Raise `InvalidFields` for an invalid file name or reading option."""
    from chalicelib.importers import PLATFORMS

    wrong = []
    if not 1 <= len(filename) <= 255 or not filename.isprintable():
        wrong.append(FieldError("/filename", "invalid_format", "1 to 255 printable characters"))
    if platform != "auto" and platform not in PLATFORMS:
        known = ", ".join(PLATFORMS)
        wrong.append(FieldError("/platform", "unknown_value", f"auto or one of {known}"))
    if currency is not None and not is_currency(currency):
        wrong.append(FieldError("/currency", "invalid_currency", "three capital letters"))
    if account is not None and not (1 <= len(account) <= 128 and account.isprintable()):
        wrong.append(FieldError("/account", "invalid_format", "1 to 128 printable characters"))
    if wrong:
        raise InvalidFields("the options of the import are invalid", tuple(wrong))
