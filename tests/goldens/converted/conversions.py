"""What `convert` writes for a look-alike: kept in a golden file, and compared with it.

Everything is read from what the command prints, so that no module behind it matters.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalicelib.cli import main
from tests.goldens.converted.look_alikes import ARCHIVE, BRIEFLY, FAMILIES, LookAlike

GOLDEN = Path(__file__).with_name("converted.json")

_REJECTED_ROW = re.compile(r"^FILE:\d+: (\w+): ", re.MULTILINE)
_REJECTED_FILE = re.compile(r"^FILE: (\w+): ", re.MULTILINE)
_SHORT = 5
_LISTED = 60

Record = dict[str, Any]


def convert(one: LookAlike) -> tuple[Record, list[str]]:
    """What came of a look-alike, and its events as lines.

    Returns
    -------
    record : dict
        ``platform``, ``exit``, ``counts`` (events and their sum per kind and type), ``rejected``
        (rows per code, or the file), ``not_data``, ``unread``, ``warnings``, ``notes``, ``sha256``
        (the first digits, of the input, of all events, of all messages and of the summary), and
        ``each``: two short digests of each of the first events, of its identity and of all of it.
    lines : list of str
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("FILE").write_bytes(one.content)
        said = ""
        options = [option for option in one.options if option != "--coverage"]
        coverage = [option for option in one.options if option == "--coverage"]
        if one.is_proposed:
            _, _, said = _run("convert", "FILE", "--propose-mapping", "MAPPING")
            if Path("MAPPING").exists():
                said += Path("MAPPING").read_text(encoding="utf-8")
                options += ["--mapping", "MAPPING"]
        status, events, messages = _run("convert", "FILE", *options, *coverage)
        _, told, _ = _run("convert", "FILE", *options, "--summary")
    summary = json.loads(told) if told else {}
    lines = events.splitlines()
    record = {
        "platform": summary.get("platform"),
        "exit": status,
        "counts": _counts(lines),
        "rejected": _rejected(messages, is_file=not told),
        "not_data": {row["reason"]: row["rows"] for row in summary.get("no_data", [])},
        "unread": [column["heading"] for column in summary.get("unread_columns", [])],
        "warnings": len(summary.get("warnings", [])),
        "notes": len(summary.get("notes", [])),
        "sha256": {
            "input": "" if one.content.startswith(ARCHIVE) else _digest(one.content),
            "events": _digest(events),
            "messages": _digest(said + messages),
            "summary": _digest(told),
        },
        "each": " ".join(map(_of_event, lines[:_LISTED])),
    }
    return record, lines


def in_a_line(record: Record) -> str:
    """A record in a few words, for look-alikes of which there are very many."""
    events = sum(number for number, _ in record["counts"].values())
    counted = {"events": events, **record["rejected"], **record["not_data"]}
    digests = {name: digest for name, digest in record["sha256"].items() if name != "input"}
    told = [f"{name} {number}" for name, number in counted.items()]
    told += [f"{name} {digest[:8]}" for name, digest in digests.items() if digest != _NOTHING]
    return ", ".join([str(record["platform"]), f"exit {record['exit']}", *told])


def differences(family: str, kept: Record) -> Iterator[str]:
    """How what is converted now differs from the golden file, look-alike by look-alike."""
    look_alikes = {one.name: one for one in (FAMILIES | BRIEFLY)[family]()}
    for name in kept.keys() - look_alikes.keys():
        yield f"{name}: kept in the golden file, and no longer a look-alike"
    for name, one in look_alikes.items():
        record, lines = convert(one)
        if name not in kept:
            yield f"{name}: a new look-alike, not in the golden file"
        elif family in BRIEFLY:
            if kept[name] != (now := in_a_line(record)):
                yield f"{name}: was {kept[name]}; is {now}"
        else:
            told = list(_differences(kept[name], record, lines))
            if told:
                yield "\n    ".join([f"{name}:", *told])


def _differences(kept: Record, record: Record, lines: list[str]) -> Iterator[str]:
    """The fields that differ, and the first event that does."""
    before, after = kept.get("each", "").split(), record["each"].split()
    if before != after:
        at = next(
            (n for n, (old, new) in enumerate(zip(before, after, strict=False)) if old != new),
            min(len(before), len(after)),
        )
        if at >= len(after):
            yield f"events: {len(before)} before, {len(after)} now; the first of them are the same"
        elif at < len(before) and before[at][:_SHORT] == after[at][:_SHORT]:
            yield f"event {at + 1} has its id and time, and says something else: {lines[at]}"
        else:
            yield f"event {at + 1} is another one: {lines[at]}"
    for field, value in record.items():
        before = kept.get(field, type(value)())
        if field != "each" and before != value:
            yield f"{field}: was {before}; is {value}"


def load() -> dict[str, Record]:
    """Family -> name -> what is kept."""
    kept: dict[str, Record] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return kept


def write() -> None:
    """Renews the golden file."""
    families: dict[str, Record] = {
        family: {one.name: convert(one)[0] for one in look_alikes()}
        for family, look_alikes in FAMILIES.items()
    }
    for family, look_alikes in BRIEFLY.items():
        families[family] = {one.name: in_a_line(convert(one)[0]) for one in look_alikes()}
    GOLDEN.write_text(_written(families), encoding="utf-8")


def _written(families: dict[str, Record]) -> str:
    """As JSON, with a record on a few lines."""
    parts = []
    for family, records in families.items():
        entries = [f"  {_json(name)}: {_entry(record)}" for name, record in sorted(records.items())]
        parts.append(f" {_json(family)}: {{\n" + ",\n".join(entries) + "}")
    return "{\n" + ",\n".join(parts) + "}\n"


def _entry(record: Record | str) -> str:
    """The fields of a record that are not empty: those in words, the digests, the events."""
    if isinstance(record, str):
        return _json(record)
    fields = {field: value for field, value in record.items() if value or field == "exit"}
    words = {field: fields.pop(field) for field in list(fields) if field not in ("sha256", "each")}
    lines = [_json(words)[1:-1]]
    lines += [f"{_json(field)}: {_json(value)}" for field, value in fields.items()]
    return "{\n   " + ",\n   ".join(lines) + "}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _run(*arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command."""
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        status = main(arguments)
    return status, output.getvalue(), errors.getvalue()


def _counts(lines: list[str]) -> dict[str, list[int]]:
    """Kind and type -> how many events, and the sum of their counts."""
    events: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for event in map(json.loads, lines):
        named = [event[key] for key in ("channel", "type", "goal") if key in event]
        is_span = event["kind"] == "coverage"
        name = event["kind"] if is_span else f"{event['kind']} {'/'.join(named)}"
        events[name] += 1
        sums[name] += event.get("count", 1)
    return {name: [events[name], sums[name]] for name in sorted(events)}


def _rejected(messages: str, *, is_file: bool) -> dict[str, int]:
    """Code -> rejected rows; of a file that is rejected as a whole, its code."""
    pattern = _REJECTED_FILE if is_file else _REJECTED_ROW
    found = pattern.findall(messages)[: 1 if is_file else None]
    return dict(sorted(Counter(found).items()))


def _of_event(line: str) -> str:
    event = json.loads(line)
    identity = _digest(f"{event['event_id']} {event.get('occurred_at')}")
    return identity[:_SHORT] + "." + _digest(line)[:_SHORT]


def _digest(content: str | bytes) -> str:
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()[:16]


_NOTHING = _digest("")
