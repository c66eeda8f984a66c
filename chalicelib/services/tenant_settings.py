"""Settings of a tenant: time zone, country, roles, user ids, window, brand terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, cast
from urllib.parse import urlsplit

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.model.addresses import is_webhook_url
from chalicelib.model.channels import ROLES
from chalicelib.model.countries import is_country
from chalicelib.model.days import MAX_WINDOW_DAYS, is_time_zone
from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.model.events.event_fields import is_source
from chalicelib.services.fitting.user_identity import USER_IDS, UserIds
from chalicelib.storage.tenant_store import TenantStore

MAX_ROLES = 100
MAX_BRAND_TERMS, MAX_TERM_CHARACTERS = 50, 60
MAX_WEBHOOK_CHARACTERS = 2_000
MIN_WINDOW_DAYS = 28
"""Minimum of the default window: fewer days do not suffice for an estimate."""
"""A channel, or ``channel/type``."""


class Settings(TypedDict):
    """What a tenant's fits go by; currency and retention are set by the operator."""

    currency: str
    retention_days: int
    time_zone: str
    country: str | None
    roles: dict[str, str]
    user_ids: UserIds | None
    fit_window_days: Annotated[int, Field(ge=1)]
    brand_terms: Annotated[
        list[str],
        Field(description="Words that make a search query one for the brand (`brand_search`)."),
    ]
    webhook_host: Annotated[
        str | None,
        Field(description="Where changed verdicts are sent; the whole URL may be a secret."),
    ]


def show_settings(store: TenantStore) -> Settings:
    """Return the settings, with the currency and retention that the operator sets."""
    config = store.config
    return {
        "currency": config.currency,
        "retention_days": config.retention_days,
        "time_zone": config.time_zone,
        "country": config.country or None,
        "roles": dict(config.roles),
        "user_ids": cast("UserIds", config.user_ids) or None,
        "fit_window_days": config.fit_window_days or store.settings.fit_window_days,
        "brand_terms": list(config.brand_terms),
        "webhook_host": urlsplit(config.webhook_url).hostname,
    }


def change_settings(store: TenantStore, changes: dict[str, Any]) -> Settings:
    """Change the given settings; the next fit uses them.

    `changes`: any of ``time_zone``, ``country``, ``user_ids``, ``fit_window_days``,
    ``webhook_url``, and ``roles`` and ``brand_terms`` (for later imports), which replace all. None
    removes a country, user ids, window or webhook.

    Raises
    ------
    InvalidFields
        With every invalid value. Nothing is changed in this case.
    """
    wrong = [error for name, value in changes.items() for error in _CHECKS[name](value)]
    if wrong:
        raise InvalidFields("the settings are invalid", tuple(wrong))
    given = dict(changes)
    if "brand_terms" in given:
        given["brand_terms"] = tuple(one.strip() for one in given["brand_terms"])
    for name, nothing in (
        ("country", ""),
        ("user_ids", ""),
        ("fit_window_days", 0),
        ("webhook_url", ""),
    ):
        if given.get(name, nothing) is None:
            given[name] = nothing
    store.items.configure(replace(store.config, **given))
    del store.config
    return show_settings(store)


def _check_time_zone(value: Any) -> list[FieldError]:
    if isinstance(value, str) and is_time_zone(value):
        return []
    return [FieldError("/time_zone", "unknown_value", "an IANA time zone, e.g. Europe/Berlin")]


def _check_country(value: Any) -> list[FieldError]:
    if value is None or (isinstance(value, str) and is_country(value)):
        return []
    return [FieldError("/country", "unknown_value", "an ISO 3166-1 code, e.g. DE, or null")]


def _check_user_ids(value: Any) -> list[FieldError]:
    if value is None or value in USER_IDS:
        return []
    return [FieldError("/user_ids", "unknown_value", f"{' or '.join(USER_IDS)}, or null")]


def _check_window(value: Any) -> list[FieldError]:
    if value is None:
        return []
    if isinstance(value, bool) or not isinstance(value, int):
        return [FieldError("/fit_window_days", "wrong_type", "must be a whole number or null")]
    if not MIN_WINDOW_DAYS <= value <= MAX_WINDOW_DAYS:
        allowed = f"from {MIN_WINDOW_DAYS} to {MAX_WINDOW_DAYS}"
        return [FieldError("/fit_window_days", "out_of_range", allowed)]
    return []


def _check_webhook(value: Any) -> list[FieldError]:
    if value is None:
        return []
    if not isinstance(value, str):
        return [FieldError("/webhook_url", "wrong_type", "must be text or null")]
    if len(value) > MAX_WEBHOOK_CHARACTERS or not is_webhook_url(value):
        return [FieldError("/webhook_url", "invalid_format", "an https:// address, or null")]
    return []


def _check_brand_terms(value: Any) -> list[FieldError]:
    if not isinstance(value, list):
        return [FieldError("/brand_terms", "wrong_type", "must be a list")]
    if len(value) > MAX_BRAND_TERMS:
        return [FieldError("/brand_terms", "too_long", f"at most {MAX_BRAND_TERMS} terms")]
    wrong = []
    for number, term in enumerate(value):
        at = f"/brand_terms/{number}"
        if not isinstance(term, str):
            wrong.append(FieldError(at, "wrong_type", "must be text"))
        elif not 0 < len(term.strip()) <= MAX_TERM_CHARACTERS:
            message = f"1 to {MAX_TERM_CHARACTERS} characters, not only spaces"
            wrong.append(FieldError(at, "invalid_format", message))
    return wrong


def _check_roles(value: Any) -> list[FieldError]:
    if not isinstance(value, dict):
        return [FieldError("/roles", "wrong_type", "must be an object")]
    if len(value) > MAX_ROLES:
        return [FieldError("/roles", "too_long", f"at most {MAX_ROLES} roles")]
    wrong = []
    for source, role in value.items():
        at = "/roles/" + source.replace("~", "~0").replace("/", "~1")
        if not is_source(source):
            wrong.append(FieldError(at, "invalid_format", "a channel, or channel/type"))
        elif role not in ROLES:
            wrong.append(FieldError(at, "unknown_value", f"one of {', '.join(ROLES)}"))
    return wrong


_CHECKS: dict[str, Callable[[Any], list[FieldError]]] = {
    "time_zone": _check_time_zone,
    "country": _check_country,
    "roles": _check_roles,
    "user_ids": _check_user_ids,
    "fit_window_days": _check_window,
    "webhook_url": _check_webhook,
    "brand_terms": _check_brand_terms,
}
CHANGEABLE = tuple(_CHECKS)
