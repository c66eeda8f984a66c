"""The table of a service and what keeps it: MiniStack's with a journal, or DynamoDB Local's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from chalicelib.embedded.aws import Answer, Call, EmbeddedAws
from chalicelib.embedded.change_log import ChangeLog
from chalicelib.embedded.changes import Changes, StreamedChanges
from chalicelib.embedded.dynamodb_local import DynamoDbLocal
from chalicelib.embedded.journal import Journal, dynamodb_call
from chalicelib.embedded.resources import TABLE, create_table, start_stream


class ServedTable(Protocol):
    """The table of a service."""

    def load(self, aws: EmbeddedAws, on_load: Callable[[float], None] | None) -> Changes:
        """Make the table or find it; what has changed in it since its totals were derived."""

    def observe(self, call: Call) -> None:
        """Keep what a call to MiniStack has changed."""

    def housekeep(self) -> None:
        """Keep what is not kept at once."""

    def close(self) -> None:
        """Keep the rest."""


class JournaledTable:
    """MiniStack's table, in memory; its journal lies in the directory, if there is one.

    Parameters
    ----------
    directory : Path or None
        Exists.
    """

    def __init__(self, directory: Path | None) -> None:
        self._journal = Journal(directory) if directory is not None else None

    def load(self, aws: EmbeddedAws, on_load: Callable[[float], None] | None) -> Changes:
        """Make the table and put back what was in it.

        Raises
        ------
        RuntimeError
            If what was kept cannot be put back.
        """
        create_table(aws.session)
        journal = self._journal
        if journal is None:
            arn = start_stream(aws.session)
            return StreamedChanges(aws, arn, position=lambda: 0, derived=lambda _: None)
        arns: list[str] = []
        written = journal.replay(
            lambda call: _apply(aws, call),
            then=lambda: arns.append(start_stream(aws.session)),
            progress=on_load,
        )
        journal.compact(written, lambda: _count_items(aws), lambda: _items(aws))
        return StreamedChanges(
            aws, arns[0], position=lambda: journal.size, derived=journal.mark_derived
        )

    def observe(self, call: Call) -> None:
        """Write it into the journal, if it changed the table."""
        if self._journal is not None:
            self._journal.observe(call)

    def housekeep(self) -> None:
        """Have the disk take what was written."""
        if self._journal is not None:
            self._journal.flush()

    def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.close()


class LocalTable:
    """The table of a DynamoDB Local, which has every write on the disk before it answers.

    Parameters
    ----------
    process : DynamoDbLocal
    directory : Path
        Exists; takes the list of changes.
    """

    def __init__(self, process: DynamoDbLocal, directory: Path) -> None:
        self._process = process
        self._changes = ChangeLog(directory / "changes")

    def answer(self, call: Call) -> Answer:
        """The answer to a call, with what it changes noted."""
        with self._changes.during(call):
            return self._process.answer(call)

    def load(self, aws: EmbeddedAws, on_load: Callable[[float], None] | None) -> Changes:
        """Make the table where there is none."""
        if TABLE not in aws.session.client("dynamodb").list_tables()["TableNames"]:
            create_table(aws.session)
        return self._changes

    def observe(self, call: Call) -> None:
        """What goes to MiniStack changes no table."""

    def housekeep(self) -> None:
        """Nothing is left to be kept."""

    def close(self) -> None:
        """Close the list of changes."""
        self._changes.close()


def _apply(aws: EmbeddedAws, call: Call) -> None:
    status, _, body = aws.answer(call)
    if status >= 300:
        raise RuntimeError(f"the journal cannot be replayed: {body.decode(errors='replace')}")


def _items(aws: EmbeddedAws) -> Iterator[dict[str, Any]]:
    for page in _scan(aws):
        yield from page["Items"]


def _count_items(aws: EmbeddedAws) -> int:
    return sum(page["Count"] for page in _scan(aws, Select="COUNT"))


def _scan(aws: EmbeddedAws, **options: str) -> Iterator[dict[str, Any]]:
    start: dict[str, Any] = {}
    while True:
        body = json.dumps({"TableName": TABLE, **options, **start}).encode()
        page = json.loads(aws.answer(dynamodb_call("Scan", body))[2])
        yield page
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
