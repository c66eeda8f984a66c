"""Read all files of a command: recognise, convert and compare them, and name what is not used."""

from __future__ import annotations

import datetime as dt
import hashlib
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from chalicelib.cli.inputs.admitted_lines import EventLines, LineFile
from chalicelib.cli.inputs.conversions import Converted, convert_rows, read_mapping, valid_lines
from chalicelib.cli.inputs.cost_tables import is_table_of_costs, mapping_of_costs
from chalicelib.cli.inputs.file_options import FileOption, value_for, value_for_all
from chalicelib.cli.inputs.found_files import (
    FoundFile,
    find_files,
    has_event_suffix,
    holds_events,
    is_zip,
    members_of,
    mixes_events,
    rejection_of,
    with_short_names,
)
from chalicelib.cli.inputs.overlaps import Overlap, find_overlaps
from chalicelib.importers import ExportReader, Mapping, Rejected, read_export
from chalicelib.importers.rows.row_dating import SPREAD
from chalicelib.model.codes import error_title_of
from chalicelib.model.errors import ExportRejected, InvalidFields
from chalicelib.report.number_words import day_words

EVENT_FILE = "events"
MAY_NEED_A_MAPPING = frozenset({"unknown_platform", "undecidable_format", "ambiguous_platform"})
_LISTED_REASONS = 3
_CUT = "the file ends in the middle of a row, so the download is incomplete; download it again"


class Show(Protocol):
    """Receives the progress."""

    def __call__(self, share: float, note: str = "") -> None:
        """Report the completed share, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How to read the files.

    Attributes
    ----------
    currency : str, optional
        The reporting currency, and the currency of amounts without one.
    spread : bool
        Spread rows of several days evenly over their days.
    platforms, mappings : sequence of FileOption
        For single files, or for all files that are not recognised.
    costs : sequence of str
        Tables of costs.
    finds_costs : bool
        Also use tables of costs among the files, if `costs` is empty.
    brand_terms : sequence of str
        Words that make a search query one for the brand.
    """

    currency: str | None = None
    spread: bool = False
    platforms: Sequence[FileOption] = ()
    mappings: Sequence[FileOption] = ()
    costs: Sequence[str] = ()
    finds_costs: bool = True
    brand_terms: Sequence[str] = ()


@dataclass(slots=True)
class ReadFile:
    """One file, and what was done with it.

    Attributes
    ----------
    name : str
    what : str
        ``platform report``, or ``events``; empty if it was not recognised.
    lines : int, optional
        Index among the files of event lines; None if nothing of it is used.
    events, rejected : int
        Events that are used, and rejected rows or lines.
    first, last : date, optional
        The days of its events.
    unused : str
        Why the file, or a part of it, is not used; empty if it is used.
    reasons : Counter
        Code of a rejected row -> number.
    notes : list of str
        How it was read.
    doubts : list of str
        Why its numbers may be wrong.
    """

    name: str
    what: str = ""
    lines: int | None = None
    events: int = 0
    rejected: int = 0
    first: dt.date | None = None
    last: dt.date | None = None
    unused: str = ""
    reasons: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def reject(self, rejection: ExportRejected) -> None:
        """Note why the file is not used."""
        self.unused = f"{error_title_of(rejection.code)}: {rejection.detail}"


@dataclass(frozen=True, slots=True)
class Gathered:
    """The events of all files, and what was done with each file.

    Attributes
    ----------
    files : list of ReadFile
    lines : EventLines
    rejected_rows : list of (str, int, str, str)
        File, row, code and message of rejected rows of exports.
    """

    files: list[ReadFile]
    lines: EventLines
    rejected_rows: list[tuple[str, int, str, str]]

    @property
    def problems(self) -> list[str]:
        """One sentence for each file that is not used, and for each doubt about one."""
        return [
            *self.cautions,
            *(f"{file.name}: {note}" for file in self.files for note in file.notes),
        ]

    @property
    def cautions(self) -> list[str]:
        """One sentence for each file that is not used, or whose numbers may be wrong."""
        return [
            *(f"{file.name} is not used. {file.unused}" for file in self.files if file.unused),
            *(f"{file.name}: {doubt}" for file in self.files for doubt in file.doubts),
        ]


class Gathering:
    """Reads files one after another.

    Parameters
    ----------
    options : ReadingOptions
    scratch : Path
        A directory for copies and converted events; the caller deletes it.
    now : datetime
    """

    def __init__(self, options: ReadingOptions, scratch: Path, now: dt.datetime) -> None:
        self._options = options
        self._scratch = scratch
        self._now = now
        self._files: list[ReadFile] = []
        self._line_files: list[LineFile] = []
        self._rejected: list[tuple[str, int, str, str]] = []
        self._contents: dict[bytes, str] = {}
        self._found_costs: list[ReadFile] = []

    def gather(self, arguments: Sequence[str], stdin: BinaryIO, show: Show) -> Gathered:
        """Read the files.

        Raises
        ------
        OSError
            If a file that the user named does not exist.
        InvalidFields
            If a mapping is invalid.
        ExportRejected
            If a table of costs cannot be read.
        """
        costs = list(find_files(self._options.costs, _made(self._scratch / "costs"), stdin))
        named = {file.path.resolve() for file in costs}
        found = [
            file
            for file in find_files(arguments, self._scratch, stdin)
            if file.path.resolve() not in named
        ]
        everything = with_short_names([*found, *costs])
        total = sum(file.path.stat().st_size for file in everything) or 1
        done = 0
        for number, file in enumerate(everything):
            show(done / total / 2, file.title)
            if number < len(found):
                self._read(file, is_only=len(everything) == 1)
            else:
                self._read_costs(file)
            done += file.path.stat().st_size
        lines = self._admit(show)
        self._note_overlaps(lines)
        self._note_costs_in_two_files(lines)
        return Gathered(self._files, lines, self._rejected)

    def _admit(self, show: Show) -> EventLines:
        sizes = [file.path.stat().st_size for file in self._line_files]
        starts = [sum(sizes[:index]) for index in range(len(sizes))]
        total = sum(sizes) or 1

        def on_lines(index: int, size: int) -> None:
            show(0.5 + min(1.0, (starts[index] + size) / total) / 2, "checking events")

        lines = EventLines(
            self._line_files, self._now, currency=self._options.currency, on_lines=on_lines
        )
        for file in self._files:
            if file.lines is None:
                continue
            counted = lines.counted[file.lines]
            file.events, file.first, file.last = counted.events, counted.first, counted.end
            file.rejected += counted.rejected
            if counted.has_cut_line:
                file.doubts.append(_CUT)
        for rejected in lines.rejected:
            self._of_lines(rejected.file).reasons[rejected.code] += 1
        for file in self._files:
            if not file.unused and not file.events:
                file.unused = _nothing_in(file)
        return lines

    def _of_lines(self, index: int) -> ReadFile:
        return next(file for file in self._files if file.lines == index)

    def _note_overlaps(self, lines: EventLines) -> None:
        for file in self._files:
            restated = {} if file.lines is None else lines.counted[file.lines].restated
            for earlier, events in restated.items():
                file.notes.append(
                    f"it replaces {events:,} events of {self._of_lines(earlier).name}, because it "
                    "is the same report of the same days"
                )
        for overlap in find_overlaps(lines.counted):
            name = self._of_lines(overlap.earlier).name
            later = self._of_lines(overlap.later)
            sentence = _overlap_sentence(overlap, name)
            if overlap.is_same:
                lines.leave_out(overlap.later, overlap.subject)
                later.notes.append(sentence)
            else:
                later.doubts.append(sentence)

    # --- one file -----------------------------------------------------------------------------

    def _read(self, file: FoundFile, *, is_only: bool) -> None:
        platform = value_for(self._options.platforms, file.name)
        mapping = value_for(self._options.mappings, file.name)
        read = ReadFile(file.title)
        if (same := self._same_content(file)) is not None:
            read.unused = f"It is a copy of {same}."
            self._files.append(read)
            return
        if platform is None and mapping is None and self._is_event_file(file):
            self._keep(read, EVENT_FILE, LineFile(file.path))
            return
        general = value_for_all(self._options.mappings)
        if is_only and mapping is None:
            mapping = general
        try:
            members = members_of(file, self._scratch)
            if mixes_events(members):
                self._read_members(members)
                return
            try:
                self._convert(read, file, platform, mapping)
            except ExportRejected as rejection:
                if rejection.code not in MAY_NEED_A_MAPPING or read.lines is not None:
                    raise
                if mapping is None and platform is None and self._is_found_costs(rejection, file):
                    self._read_found_costs(read, file)
                    return
                if members:
                    self._read_members(members)
                    return
                if mapping is not None or general is None:
                    raise
                self._convert(read, file, platform, general)
        except ExportRejected as rejection:
            if is_only and has_event_suffix(file.name) and mapping is None and platform is None:
                self._keep(read, EVENT_FILE, LineFile(file.path))
                return
            read.reject(rejection)
        except OSError as error:
            read.reject(rejection_of(file, error))
        if read.lines is None:
            self._files.append(read)

    def _read_members(self, members: Sequence[FoundFile]) -> None:
        for member in members:
            self._read(member, is_only=False)

    def _read_costs(self, file: FoundFile) -> None:
        named = value_for(self._options.mappings, file.name)
        mapping = (
            mapping_of_costs(file.path, self._options.currency)
            if named is None
            else _mapping_from(named)
        )
        read = ReadFile(file.title)
        self._open_and_convert(read, file, None, mapping, spread=True)
        read.what = "costs"
        read.notes = [note for note in read.notes if note != SPREAD]  # as the table says

    def _is_found_costs(self, rejection: ExportRejected, file: FoundFile) -> bool:
        return rejection.code == "unknown_platform" and is_table_of_costs(file.path)

    def _read_found_costs(self, read: ReadFile, file: FoundFile) -> None:
        """Read a table of costs that is among the files, or note why it is not used."""
        if self._options.costs:
            read.unused = "It is a table of costs, but --costs names the tables to use."
        elif not self._options.finds_costs:
            read.unused = "It is a table of costs, and --no-costs excludes them."
        else:
            try:
                self._read_costs(file)
            except ExportRejected as rejection:
                read.reject(rejection)
            else:
                self._files[-1].notes.insert(
                    0, "it is used as a table of costs; to leave it out, use --no-costs"
                )
                self._found_costs.append(self._files[-1])
                return
        self._files.append(read)

    def _note_costs_in_two_files(self, lines: EventLines) -> None:
        """Doubt the found tables of costs with channels and days that other files have costs of."""
        for costs in self._found_costs:
            if costs.lines is None:
                continue
            for file in self._files:
                if file.lines is None or file is costs:
                    continue
                mine, other = (lines.counted[one].cost_days for one in (costs.lines, file.lines))
                channels = sorted(name for name in mine if mine[name] & other.get(name, set()))
                if channels:
                    costs.doubts.append(
                        f"{file.name} has costs of {', '.join(channels)} on the same days. If this "
                        "table contains them too, they count twice: leave it out with --no-costs"
                    )

    def _is_event_file(self, file: FoundFile) -> bool:
        return holds_events(file.path)

    def _same_content(self, file: FoundFile) -> str | None:
        """Return the name of an earlier file with the same content."""
        with file.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").digest()
        earlier = self._contents.setdefault(digest, file.title)
        return None if earlier == file.title else earlier

    def _convert(
        self, read: ReadFile, file: FoundFile, platform: str | None, mapping: str | None
    ) -> None:
        parsed = None if mapping is None else _mapping_from(mapping)
        self._open_and_convert(read, file, platform, parsed, spread=self._options.spread)

    def _open_and_convert(
        self,
        read: ReadFile,
        file: FoundFile,
        platform: str | None,
        mapping: Mapping | None,
        *,
        spread: bool,
    ) -> None:
        """Convert an export to a file of event lines."""
        target = self._scratch / f"lines-{len(self._line_files)}"
        rows: array[int] = array("q")
        reasons: Counter[str] = Counter()
        rejected: list[tuple[str, int, str, str]] = []
        last_row_rejected = False
        with file.path.open("rb") as stream, target.open("w", encoding="utf-8") as out:
            reader = read_export(
                stream,
                platform=platform or "auto",
                currency=self._options.currency,
                spread=spread,
                mapping=mapping,
                brand_terms=self._options.brand_terms,
            )
            for outcome in convert_rows(reader):
                last_row_rejected = isinstance(outcome, Rejected)
                if isinstance(outcome, Converted):
                    out.writelines(outcome.lines)
                    rows.extend([outcome.row] * len(outcome.lines))
                else:
                    reasons[outcome.code] += 1
                    rejected.append((file.title, outcome.row, outcome.code, outcome.message))
            if rows:
                coverage = valid_lines(reader.coverage())
                out.writelines(coverage)
                rows.extend([0] * len(coverage))
        read.reasons, read.rejected = reasons, len(rejected)
        self._rejected += rejected
        self._note_summary(read, reader)
        if last_row_rejected and not is_zip(file.path) and _lacks_line_end(file.path):
            read.doubts.append(_CUT)
        name = f"{reader.report.platform} {reader.report.report}".strip()
        self._keep(read, name, LineFile(target, rows))

    def _note_summary(self, read: ReadFile, reader: ExportReader) -> None:
        summary = reader.summary()
        read.notes += [*summary["notes"], *summary["warnings"]]
        read.notes += [
            f"the {one['what']} {one['name']} is not used: {one['reason']}"
            for one in summary["skipped"]
        ]
        if summary["lifetime"]:
            read.notes.append(
                "its counts have accumulated since each post appeared, so the days of the "
                "engagements are unknown and have no estimate. Export the daily numbers of the "
                "page or account as well"
            )
        stated, last = reader.report.period_to, summary["to"]
        if stated is not None and last is not None and last < stated.isoformat():
            read.notes.append(
                f"its period ends on {day_words(stated)}, but its last row is of "
                f"{day_words(dt.date.fromisoformat(last))}. If that is wrong, the file is cut off; "
                "download it again"
            )

    def _keep(self, read: ReadFile, what: str, lines: LineFile) -> None:
        read.what = what
        read.lines = len(self._line_files)
        self._line_files.append(lines)
        self._files.append(read)


def _mapping_from(path: str) -> Mapping:
    try:
        return read_mapping(Path(path))
    except InvalidFields as error:
        problems = "; ".join(f"{one.pointer or '/'}: {one.message}" for one in error.errors)
        raise InvalidFields(f"{path}: {problems or error.detail}", error.errors) from error


def _nothing_in(file: ReadFile) -> str:
    if not file.rejected:
        return "It contains no rows with data. Choose a period with data and download it again."
    reasons = ", ".join(
        f"{error_title_of(code)} ({number:,})"
        for code, number in file.reasons.most_common(_LISTED_REASONS)
    )
    rows = "Its only row is" if file.rejected == 1 else f"All {file.rejected:,} rows are"
    return f"{rows} rejected: {reasons}."


def _overlap_sentence(overlap: Overlap, earlier: str) -> str:
    sources = ", ".join(overlap.sources)
    days = f"{overlap.days:,} day{'s' * (overlap.days != 1)}"
    if overlap.is_same:
        return (
            f"its numbers of {sources} are not used, because they equal those of {earlier} on "
            f"{days}"
        )
    return (
        f"{sources}: {earlier} has numbers of the same {days}. If both files are about the same "
        "account or shop, each one counts twice: use only one of them"
    )


def _lacks_line_end(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(0, 2)
        if not stream.tell():
            return False
        stream.seek(-1, 2)
        return stream.read(1) not in (b"\n", b"\r", b"\x00")


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder
