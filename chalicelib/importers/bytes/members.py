"""Zip archives of exports: recognise each member separately and read those that can be read.

Every member is opened twice, once to recognise it and once to read it, so that at most one member
is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TypeVar
from zipfile import ZipInfo

from chalicelib.importers.bytes.archives import ZipArchive, check_total
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowOutcome, UnreadPart
from chalicelib.importers.recognition.recognition import Options, Recognition
from chalicelib.model.errors import ExportRejected

Recognise = Callable[[Source], tuple[str, Recognition]]
"""Return the platform of a file and the claim to it; raise `ExportRejected`."""

MAX_NAMED = 20
"""How many members a note lists."""

MAX_SKIPPED = 100
"""How many unread members a summary lists."""

_HOSTILE = frozenset({"archive_bomb", "unsafe_archive"})
T = TypeVar("T")


def read_archive(source: Source, recognise: Recognise, options: Options) -> Reading:
    """Read the members of an archive one after another, each as a part of the report.

    Parameters
    ----------
    source : Source
        With an `archive`.

    Raises
    ------
    ExportRejected
        `archive_bomb`, `unsafe_archive`; `ambiguous_platform`, if members belong to several
        platforms; `empty_file`; if no member can be read: the most helpful rejection.
    """
    members = _Members(source)
    plan = _Plan()
    for place, member in members.sources():
        plan.consider(place, member, recognise, options)
    chosen = plan.choose()
    reading = Reading(_merged(chosen, plan.notes()), iter(()), skipped=plan.skipped())
    reading.outcomes = _outcomes(members, chosen, recognise, plan.options_of(options), reading)
    return reading


@dataclass(frozen=True, slots=True)
class _Place:
    """The path of a member, possibly in an inner archive."""

    name: str
    info: ZipInfo
    outer: ZipInfo | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A member that can be read."""

    place: _Place
    platform: str
    group: str
    preference: int
    report: ReportDescription

    @property
    def parts(self) -> list[str]:
        """The member's entries in the parts of the report: itself, or its sheets."""
        return [f"{self.place.name}/{part}" for part in self.report.parts] or [self.place.name]


class _Members:
    """The files in an archive and in its inner archives, opened one at a time."""

    def __init__(self, source: Source) -> None:
        assert source.archive is not None
        self._archive: ZipArchive = source.archive
        self._level = source.level + 1
        self._inner: tuple[ZipInfo, ZipArchive] | None = None

    def sources(self) -> Iterator[tuple[_Place, Source | ExportRejected]]:
        """Yield every file, or the rejection if it cannot be opened."""
        count, unpacked = len(self._archive.members), self._archive.unpacked_bytes
        for info in self._archive.members:
            place = _Place(info.filename, info)
            source = _opened(self._archive, info, self._level)
            archive = _archive_of(source)
            if not isinstance(archive, ZipArchive):
                yield place, archive or source
                continue
            count += len(archive.members)
            unpacked += archive.unpacked_bytes
            check_total(count, unpacked)
            self._inner = info, archive
            for inner in archive.members:
                name = f"{info.filename}/{inner.filename}"
                opened = _opened(archive, inner, self._level + 1)
                deeper = _archive_of(opened)  # a rejection, if it is an archive
                yield (
                    _Place(name, inner, info),
                    deeper if isinstance(deeper, ExportRejected) else opened,
                )

    def open(self, place: _Place) -> Source:
        """Open a file again from its start."""
        if place.outer is None:
            return Source(self._archive.open(place.info), self._level)
        if self._inner is None or self._inner[0] is not place.outer:
            archive = Source(self._archive.open(place.outer), self._level).archive
            assert archive is not None
            self._inner = place.outer, archive
        return Source(self._inner[1].open(place.info), self._level + 1)


def _opened(archive: ZipArchive, info: ZipInfo, level: int) -> Source | ExportRejected:
    try:
        return Source(archive.open(info), level)
    except ExportRejected as rejection:
        return _unless_hostile(rejection)


def _archive_of(source: Source | ExportRejected) -> ZipArchive | ExportRejected | None:
    if isinstance(source, ExportRejected):
        return source
    try:
        return source.archive
    except ExportRejected as rejection:
        return _unless_hostile(rejection)


def _unless_hostile(rejection: ExportRejected) -> ExportRejected:
    """Return the rejection of one member; raise it if it makes the whole archive unsafe."""
    if rejection.code in _HOSTILE:
        raise rejection
    return rejection


class _Plan:
    """Which members are read, and the notes about the others."""

    def __init__(self) -> None:
        self._readable: list[_Found] = []
        self._rejected: list[tuple[str, ExportRejected]] = []
        self._groups: dict[str, str] = {}
        self._statements: dict[str, tuple[str, ...]] = {}
        self._unknown: list[tuple[str, ExportRejected]] = []
        self._duplicates: list[str] = []

    def consider(
        self,
        place: _Place,
        source: Source | ExportRejected,
        recognise: Recognise,
        options: Options,
    ) -> None:
        """Record whether a member can be read."""
        if isinstance(source, ExportRejected):
            self._unknown.append((place.name, source))
            return
        try:
            platform, claim = recognise(source)
        except ExportRejected as rejection:
            self._unknown.append((place.name, _unless_hostile(rejection)))
            return
        if claim.says:
            self._statements[claim.group] = self._statements.get(claim.group, ()) + claim.says
        try:
            report = claim.open(source, options).report
        except ExportRejected as rejection:
            self._rejected.append((place.name, _unless_hostile(rejection)))
            self._groups[place.name] = claim.group
            return
        self._readable.append(_Found(place, platform, claim.group, claim.preference, report))

    def choose(self) -> list[_Found]:
        """Return the members to read, at least one; raise `ExportRejected` if there are none."""
        if not self._readable:
            raise self._rejection()
        platforms = {found.platform: found.place.name for found in self._readable}
        if len(platforms) > 1:
            named = "; ".join(f"{platform}: {name}" for platform, name in platforms.items())
            raise ExportRejected(
                "ambiguous_platform",
                f"the archive contains exports of several platforms ({named}): name the platform",
            )
        best: dict[str, int] = {}
        for found in self._readable:
            best[found.group] = max(found.preference, best.get(found.group, found.preference))
        chosen = []
        for found in self._readable:
            if found.group and found.preference < best[found.group]:
                self._duplicates.append(found.place.name)
            else:
                chosen.append(found)
        self._drop_duplicates(best)
        return chosen

    def options_of(self, options: Options) -> Callable[[_Found], Options]:
        """Return a function for the options of a member, with the statements of its group."""
        return lambda found: replace(options, said=self._statements.get(found.group, ()))

    def _drop_duplicates(self, groups: Iterable[str]) -> None:
        """Treat an unreadable member as a duplicate if another member of its group is read."""
        read = set(groups) - {""}
        for one in list(self._rejected):
            if self._groups.get(one[0]) in read:
                self._rejected.remove(one)
                self._duplicates.append(one[0])

    def notes(self) -> list[str]:
        """Return the notes about members that are not read."""
        notes = []
        if self._duplicates:
            notes.append(
                f"Skipped, because other files contain the same data: {_named(self._duplicates)}."
            )
        for name, rejection in self._rejected[:MAX_NAMED]:
            notes.append(f"{name} was not read: {rejection.code}: {rejection.detail}")
        if len(self._rejected) > MAX_NAMED:
            notes.append(f"Further files that were not read: {len(self._rejected) - MAX_NAMED}.")
        if self._unknown:
            names = _named(name for name, _ in self._unknown)
            notes.append(f"Not recognised as exports: {names}.")
        return notes

    def skipped(self) -> list[UnreadPart]:
        """Return the members that are not read, with the reason; at most `MAX_SKIPPED`."""
        skipped = [
            *(
                UnreadPart("file", name, "other files contain the same data")
                for name in self._duplicates
            ),
            *(
                UnreadPart("file", name[:100], f"{rejection.code}: {rejection.detail}"[:300])
                for name, rejection in self._rejected
            ),
            *(UnreadPart("file", name[:100], rejection.code) for name, rejection in self._unknown),
        ]
        return skipped[:MAX_SKIPPED]

    def _rejection(self) -> ExportRejected:
        """Return why no member can be read."""
        everything = self._rejected + self._unknown
        if not everything:
            return ExportRejected("empty_file", "the archive contains no files")
        if len(everything) == 1:
            return everything[0][1]
        ambiguous = [one for one in self._unknown if one[1].code == "ambiguous_platform"]
        for name, rejection in self._rejected or ambiguous:
            others = f" (further files that cannot be read: {len(everything) - 1})"
            return ExportRejected(rejection.code, f"{name}: {rejection.detail}{others}")
        names = _named(name for name, _ in self._unknown)
        first = self._unknown[0][1].detail
        return ExportRejected(
            "unknown_platform",
            f"none of the {len(everything)} files in the archive is a known export: {names}. "
            f"The first: {first}",
        )


def _outcomes(
    members: _Members,
    chosen: Sequence[_Found],
    recognise: Recognise,
    options_of: Callable[[_Found], Options],
    reading: Reading,
) -> Iterator[RowOutcome]:
    """Yield the outcomes of all members, each with its part."""
    offset = 0
    for found in chosen:
        source = members.open(found.place)
        _, claim = recognise(source)
        member = claim.open(source, options_of(found))
        for outcome in member.outcomes:
            yield outcome._replace(part=outcome.part + offset) if offset else outcome
        member.skipped = [_in_member(one, found.place.name) for one in member.skipped]
        reading.take(member)
        offset += len(found.parts)


def _in_member(one: UnreadPart, name: str) -> UnreadPart:
    """Return a skipped part with its member in its name, which makes the name unique."""
    return one._replace(name=f"{name[:100]}: {one.name}")


def _merged(chosen: Sequence[_Found], notes: Iterable[str]) -> ReportDescription:
    """Describe all members together; fields in which they differ stay open."""
    reports = [found.report for found in chosen]
    starts = [report.period_from for report in reports if report.period_from]
    ends = [report.period_to for report in reports if report.period_to]
    has_period = len(starts) == len(ends) == len(reports)
    found_notes = dict.fromkeys(chain.from_iterable(report.notes for report in reports))
    return ReportDescription(
        reports[0].platform,
        _common((report.report for report in reports), "several"),
        _common((report.encoding for report in reports), ""),
        _common((report.delimiter for report in reports), ""),
        _common((report.decimal_mark for report in reports), ""),
        min(starts) if has_period else None,
        max(ends) if has_period else None,
        any(report.lifetime for report in reports),
        (*found_notes, *notes),
        tuple(chain.from_iterable(found.parts for found in chosen)),
    )


def _common(values: Iterable[T], otherwise: T) -> T:
    """Return the value that all have in common, or `otherwise` if they differ."""
    different = set(values)
    return different.pop() if len(different) == 1 else otherwise


def _named(names: Iterable[str]) -> str:
    """Join the first names and the number of further ones."""
    everything = list(names)
    shown = ", ".join(name[:100] for name in islice(everything, MAX_NAMED))
    more = len(everything) - MAX_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
