"""The root secrets: the newest, under which everything new is kept, and those before it."""

from __future__ import annotations

from chalicelib.model.errors import MisconfiguredService
from chalicelib.wiring import processes
from chalicelib.wiring.processes import aws_module, client, settings

MIN_SECRET_BYTES = 16
SECRETS_SECONDS = 60.0
"""How long a process goes without looking for other root secrets again."""


def root_secret() -> bytes:
    """The secret under which API keys are hashed and tenants' keys sealed.

    It is a setting or comes from Secrets Manager, and is looked up once, or once more where
    something does not fit it (`other_secrets`).

    Raises
    ------
    MisconfiguredService
        If there is none, or it is too short.
    """
    process = processes.current
    if process.secret is None:
        given = settings()
        if process.machine is not None:
            text: str | None = process.machine.root_secret()
        else:
            text = given.secret or (_managed_secret(given.secret_arn) if given.secret_arn else "")
        process.secret = checked_secret(text or "")
    return process.secret


def other_secrets() -> tuple[bytes, ...]:
    """Every root secret under which something may be kept, the oldest last.

    Looked up anew, and `root_secret` with it: it may have been rotated since this process began.

    Raises
    ------
    MisconfiguredService
        If one of them is too short.
    """
    process = processes.current
    now = processes.monotonic()
    if process.other_secrets is None or now - process.other_secrets[0] >= SECRETS_SECONDS:
        given = settings()
        process.secret = None
        found = [root_secret()]
        if not given.secret and given.secret_arn and process.machine is None:
            before = _managed_secret(given.secret_arn, stage="AWSPREVIOUS")
            found += [] if before is None else [checked_secret(before)]
        listed = (one.strip() for one in given.previous_secrets.split(","))
        found += [checked_secret(one) for one in listed if one]
        process.other_secrets = now, tuple(found)
    return process.other_secrets[1]


def _managed_secret(arn: str, **stage: str) -> str | None:
    found: str | None = aws_module().managed_secret(client("secretsmanager"), arn, **stage)
    return found


def checked_secret(text: str) -> bytes:
    """A root secret as bytes.

    Raises
    ------
    MisconfiguredService
        If it is too short.
    """
    if len(text.encode()) < MIN_SECRET_BYTES:
        raise MisconfiguredService(
            f"LIKEWORTH_SECRET (or the secret behind LIKEWORTH_SECRET_ARN) needs at least "
            f"{MIN_SECRET_BYTES} characters, and so does each of LIKEWORTH_PREVIOUS_SECRETS"
        )
    return text.encode()
