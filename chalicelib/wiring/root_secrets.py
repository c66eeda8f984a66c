"""The root secrets: the newest, which protects new data, and the previous ones."""

from __future__ import annotations

from chalicelib.model.errors import MisconfiguredService
from chalicelib.wiring import processes
from chalicelib.wiring.processes import aws_module, client, settings

MIN_SECRET_BYTES = 16
SECRETS_SECONDS = 60.0
"""How long a process caches the list of root secrets."""


def root_secret() -> bytes:
    """The secret under which API keys are hashed and tenants' keys are sealed.

    It is a setting or comes from Secrets Manager. A process reads it once, and again when
    `other_secrets` is called because a value does not match it.

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
    """Every root secret that may protect stored data, the oldest last.

    This also reads `root_secret` again: it may have been rotated since this process started.

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
