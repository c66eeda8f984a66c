"""The only reader of the environment: everything that differs between installations."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from chalicelib.model.currencies import is_currency
from chalicelib.model.days import is_time_zone
from chalicelib.model.errors import MisconfiguredService

PREFIX = "LIKEWORTH_"
MAX_PEOPLE = 500_000
SERVICE = "likeworth"
_LEAST = {"daily_upload_bytes": 0, "open_imports": 0, "rate_limit": 0}
"""Minimum of a number, if it is not 1."""

_WHOLE = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of an installation; each field is read from ``LIKEWORTH_<NAME>``."""

    table: str = "likeworth"
    """Name of the DynamoDB table."""
    bucket: str = "likeworth-exports"
    """Name of the bucket for uploaded exports."""
    import_queue_url: str = ""
    """Queue of the import function."""
    fit_queue_url: str = ""
    """Queue of the fit function."""
    totals_queue_url: str = ""
    """Queue in which changed days wait before their totals are derived again. Empty: totals are
    derived at once after each change.
    """
    secret: str = ""
    """Root secret under which API keys are hashed and tenants' keys for people are sealed; at least
    16 characters.
    """
    secret_arn: str = ""
    """Secrets Manager secret with the root secret; used if `secret` is empty. Secrets Manager also
    provides the previous one.
    """
    previous_secrets: str = ""
    """Comma-separated earlier root secrets under which data may still be sealed, the oldest last.
    """
    tenant_role_arn: str = ""
    """Role that a function assumes while it works for a tenant. The tenant is a tag of the session,
    so the session can access no other tenant's items and files. Empty: the function's own role.
    """
    currency: str = "EUR"
    """Default reporting currency of a tenant."""
    shards: int = 4
    """Number of partitions of a day of a new tenant."""
    retention_days: int = 3 * 365
    """Default number of days for which raw events are kept."""
    time_zone: str = "UTC"
    """Default IANA time zone that determines days."""
    cors_origins: str = ""
    """Comma-separated default origins from which browsers may call."""
    public_url: str = ""
    """Address of the service for its callers, e.g. ``https://likeworth.example.org``, used in
    links. Empty: the gateway's domain, or this machine.
    """
    max_import_bytes: int = 5_000_000_000
    """Size of the largest export file that is read; S3 allows 5 GB in one upload."""
    daily_upload_bytes: int = 50_000_000_000
    """How many bytes a tenant may upload in a UTC day; 0 for no limit."""
    open_imports: int = 100
    """How many unfinished imports a tenant may have; 0 for no limit."""
    write_seconds: int = 8
    """How long a request or an import tries to store a batch of events."""
    rate_limit: int = 600
    """How many requests a minute an API key may make; 0 for no limit."""
    fit_window_days: int = 180
    """How many days a scheduled fit covers."""
    fit_history_days: int = 3 * 365
    """How many days before its window a fit reads, if people follow pages: what a follower is worth
    comes from a comparison of the time before a follow with the time after it. Fits in parts do
    not.
    """
    max_people: int = MAX_PEOPLE
    """How many people a fit follows day by day. If there are more, it follows a sample."""
    service: str = SERVICE
    """Name of this installation in log lines, metrics and traces; it separates two installations in
    one account.
    """
    analysis_function: str = ""
    """Lambda function that analyses geo tests and the dialogue. Empty: this process does."""
    fit_machine_arn: str = ""
    """State machine that reads large fits in parts. Empty: every fit is read in one call."""
    fit_whole_events: int = 10_000_000
    """How many events a fit may have to be read in one call; larger fits use the state machine."""
    fit_part_events: int = 3_000_000
    """Approximate number of events of a part."""
    fit_merged_events: int = 40_000_000
    """How many events of people are merged. If there are more, the fit follows a sample of people.
    """
    fit_concurrency: int = 40
    """How many parts of a fit are read at the same time."""


def lambda_function(environment: Mapping[str, str] | None = None) -> str | None:
    """The function of `app` that this process serves in AWS Lambda: ``api``, ``import``, ...

    None outside of Lambda.
    """
    source = os.environ if environment is None else environment
    if "AWS_LAMBDA_FUNCTION_NAME" not in source:
        return None
    handler = source.get("_HANDLER", "").rpartition(".")[2]
    return "api" if handler in ("", "app") else handler.removesuffix("_handler")


def service_name(environment: Mapping[str, str] | None = None) -> str:
    """The name of this installation; does not validate the other settings."""
    source = os.environ if environment is None else environment
    return source.get(f"{PREFIX}SERVICE", SERVICE)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and validate the settings.

    `environment`: default: ``os.environ``.

    Raises
    ------
    MisconfiguredService
        If a number is not a whole number or too small, or a currency, a time zone or the public URL
        is invalid.
    """
    source = os.environ if environment is None else environment
    given: dict[str, str | int] = {}
    for field in fields(Settings):
        text = source.get(PREFIX + field.name.upper())
        if text is None:
            continue
        if field.type == "int":
            least = _LEAST.get(field.name, 1)
            if not _WHOLE.fullmatch(text) or int(text) < least:
                raise MisconfiguredService(
                    f"{PREFIX}{field.name.upper()}={text!r} is not a whole number of at least "
                    f"{least}"
                )
            given[field.name] = int(text)
        else:
            given[field.name] = text
    settings = Settings(**given)  # type: ignore[arg-type]
    for field_name, is_valid, example in (
        ("currency", is_currency, "three capital letters, e.g. EUR"),
        ("public_url", _is_public_url, "an address such as https://likeworth.example.org"),
        ("time_zone", is_time_zone, "the IANA name of a time zone, e.g. Europe/Berlin"),
    ):
        text = getattr(settings, field_name)
        if not is_valid(text):
            raise MisconfiguredService(f"{PREFIX}{field_name.upper()}={text!r} is not {example}")
    return settings


_PUBLIC_URL = re.compile(
    r"https?://([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?"
)


def _is_public_url(text: str) -> bool:
    return not text or _PUBLIC_URL.fullmatch(text) is not None
