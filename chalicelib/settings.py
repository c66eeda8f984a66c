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
"""Smallest value of a number, where that is not 1."""

_WHOLE = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation can choose; each field is read from ``LIKEWORTH_<NAME>``.

    Attributes
    ----------
    table : str
        Name of the DynamoDB table.
    bucket : str
        Name of the bucket into which exports are dropped.
    import_queue_url, fit_queue_url : str
        Queues of the import and the fit function.
    totals_queue_url : str
        Queue in which days that changed wait until it is worth deriving their totals again;
        without one they are derived at once, each time.
    secret : str
        Root secret under which API keys are hashed and tenants' keys for people are sealed; at
        least 16 characters.
    secret_arn : str
        Secrets Manager secret that holds the root secret; used where `secret` is empty. The one
        before it is known there by itself.
    previous_secrets : str
        Comma-separated root secrets from before, the oldest last, that something may still be
        kept under.
    tenant_role_arn : str
        Role that a function assumes for the tenant whom it works for, with the tenant as a tag of
        the session: it can then reach nobody else's items and files. Empty: the function's own.
    currency : str
        Reporting currency of tenants that chose none.
    shards : int
        Partitions over which a day of a new tenant is spread.
    retention_days : int
        How long raw events are kept for tenants that chose nothing.
    time_zone : str
        IANA name of the time zone that decides days, for tenants that chose none.
    cors_origins : str
        Comma-separated origins that a browser may call from, for tenants that chose none.
    public_url : str
        Where callers reach the service, e.g. ``https://likeworth.example.org``: links are made with
        it. Empty: the gateway's domain, or this machine.
    max_import_bytes : int
        Largest export file that is read; 5 GB are what one upload to S3 can hold.
    daily_upload_bytes : int
        How many bytes of exports a tenant may upload in a day of UTC; 0 for as many as come.
    open_imports : int
        How many unfinished imports a tenant may have; 0 for as many as come.
    write_seconds : int
        How long a request or an import tries to store a batch of events before it gives up.
    rate_limit : int
        How many requests a minute an API key may make; 0 for as many as come.
    fit_window_days : int
        How far a scheduled fit looks back.
    max_people : int
        How many people a fit follows day by day; of more, a sample is followed.
    service : str
        What this installation is called in log lines, metrics and traces: in an account with two
        of them their figures would else be added up.
    analysis_function : str
        Lambda function that analyses the counts of geo tests; without one the process does itself.
    fit_machine_arn : str
        State machine that reads fits of many events in parts; without one all are read as a whole.
    fit_whole_events : int
        How many events are read as a whole; a fit of more goes to the state machine.
    fit_part_events : int
        Of how many events, about, a part is.
    fit_merged_events : int
        How many events of people are put together again; of more, a sample of people is followed.
    fit_concurrency : int
        How many parts of a fit are read at once.
    """

    table: str = "likeworth"
    bucket: str = "likeworth-exports"
    import_queue_url: str = ""
    fit_queue_url: str = ""
    totals_queue_url: str = ""
    secret: str = ""
    secret_arn: str = ""
    previous_secrets: str = ""
    tenant_role_arn: str = ""
    currency: str = "EUR"
    shards: int = 4
    retention_days: int = 3 * 365
    time_zone: str = "UTC"
    cors_origins: str = ""
    public_url: str = ""
    max_import_bytes: int = 5_000_000_000
    daily_upload_bytes: int = 50_000_000_000
    open_imports: int = 100
    write_seconds: int = 8
    rate_limit: int = 600
    fit_window_days: int = 180
    max_people: int = MAX_PEOPLE
    service: str = SERVICE
    analysis_function: str = ""
    fit_machine_arn: str = ""
    fit_whole_events: int = 10_000_000
    fit_part_events: int = 3_000_000
    fit_merged_events: int = 40_000_000
    fit_concurrency: int = 40


def lambda_function(environment: Mapping[str, str] | None = None) -> str | None:
    """Which function of `app` this process serves in AWS Lambda: ``api``, ``import``, ...

    None outside of Lambda.
    """
    source = os.environ if environment is None else environment
    if "AWS_LAMBDA_FUNCTION_NAME" not in source:
        return None
    handler = source.get("_HANDLER", "").rpartition(".")[2]
    return "api" if handler in ("", "app") else handler.removesuffix("_handler")


def service_name(environment: Mapping[str, str] | None = None) -> str:
    """What this installation is called; needs no other setting to be right."""
    source = os.environ if environment is None else environment
    return source.get(f"{PREFIX}SERVICE", SERVICE)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Parameters
    ----------
    environment : mapping, optional
        In place of ``os.environ``.

    Raises
    ------
    MisconfiguredService
        If a number is not a whole number or too small, or a currency or a time zone is not one.
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
