"""Send work elsewhere: to queues, the state machine of fits, the function for statistics."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib import webhooks
from chalicelib.model.errors import MisconfiguredService
from chalicelib.wiring import processes
from chalicelib.wiring.processes import aws_module, client, settings

if TYPE_CHECKING:
    from chalicelib.services.dialogue.dialogue_numbers import DialogueNumbers
    from chalicelib.services.dialogue.dialogue_question import DialogueQuestion
    from chalicelib.services.experiments.geo_analysis import GeoQuestion
    from chalicelib.services.experiments.geo_designing import GeoDesignNumbers, GeoDesignQuestion
    from chalicelib.services.experiments.shown import Findings

_MAX_DELAY_SECONDS = 900


def send_import(message: dict[str, Any]) -> None:
    """Send a message to the import queue."""
    _send("import", settings().import_queue_url, message)


def send_fit(message: dict[str, Any]) -> None:
    """Send a message to the fit queue."""
    _send("fit", settings().fit_queue_url, message)


def send_totals(message: dict[str, Any], *, delay_seconds: float) -> None:
    """Send a message to the totals queue, with a delay of at most 15 minutes."""
    delay = max(0, min(_MAX_DELAY_SECONDS, math.ceil(delay_seconds)))
    _send("totals", settings().totals_queue_url, message, DelaySeconds=delay)


def send_webhook(url: str, message: Mapping[str, Any]) -> None:
    """Send a message to a tenant's webhook; on one machine, the address may be private.

    Raises
    ------
    Undeliverable
    """
    webhooks.post(url, message, may_be_private=processes.current.machine is not None)


def start_fit_machine(name: str, execution_input: dict[str, Any]) -> bool:
    """Start the state machine that reads a fit in parts.

    Return False if an execution with this name exists.

    Parameters
    ----------
    name : str
        Name of the execution; it is unique.
    execution_input : dict
        Can be encoded as JSON.
    """
    text = json.dumps(execution_input, separators=(",", ":"))
    started: bool = aws_module().start_execution(
        client("stepfunctions"), settings().fit_machine_arn, name, text
    )
    return started


def analyse_regions(question: GeoQuestion) -> Findings:
    """Analyse the counts of a geo test, in a separate function if there is one.

    Raises
    ------
    StoreUnavailable
        If that function cannot run now, or does not return in time.
    RuntimeError
        If it fails.
    """
    function = settings().analysis_function
    if not function:
        from chalicelib.services import experiments  # only the API needs it

        return experiments.analyse_regions(question)
    found: Findings = _ask(function, question)
    return found


def design_regions(question: GeoDesignQuestion) -> GeoDesignNumbers:
    """Make the numbers of the design of a geo test, in a separate function if there is one.

    Raises
    ------
    StoreUnavailable
        If that function cannot run now, or does not return in time.
    RuntimeError
        If it fails.
    """
    function = settings().analysis_function
    if not function:
        from chalicelib.services.experiments import geo_designing  # only the API needs it

        return geo_designing.design_regions(question)
    found: GeoDesignNumbers = _ask(function, {"design": question})
    return found


def analyse_dialogue(question: DialogueQuestion) -> DialogueNumbers:
    """Make the numbers about the dialogue, in a separate function if there is one.

    Raises
    ------
    StoreUnavailable
        If that function cannot run now, or does not return in time.
    RuntimeError
        If it fails.
    """
    from chalicelib.services.dialogue import dialogue_numbers  # only the API and daily jobs need it

    function = settings().analysis_function
    if not function:
        return dialogue_numbers.analyse_dialogue(question)
    packed = dialogue_numbers.pack_question(question)
    found: DialogueNumbers = _ask(function, {"dialogue": packed})
    return found


def _ask(function: str, question: Mapping[str, Any]) -> Any:
    """What the function for statistics answers."""
    text = json.dumps(question, separators=(",", ":"))
    return aws_module().invoke(client("lambda"), function, text)


def _send(queue: str, url: str, message: dict[str, Any], **options: int) -> None:
    if processes.current.machine is not None:
        processes.current.machine.send(queue, message)
        return
    if not url:
        raise MisconfiguredService(f"LIKEWORTH_{queue.upper()}_QUEUE_URL is not set")
    body = json.dumps(message, separators=(",", ":"))
    (about,) = message.values()
    aws_module().send_message(client("sqs"), url, body, tenant=about["tenant"], **options)
