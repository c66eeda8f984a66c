"""Find files that count the same engagements or conversions of the same days.

Event ids protect against a report that is read twice. They cannot protect against two different
reports about the same account, such as campaigns and ads: their ids differ, and each click would
count twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chalicelib.cli.inputs.admitted_lines import CountedFile, Source

EQUAL_SHARE = 0.9
"""Two files count the same if this share of their common daily numbers is equal."""
FEWEST_NUMBERS = 5
"""With fewer common daily numbers above 1, equality may be chance."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two files with numbers about the same sources and days.

    Attributes
    ----------
    earlier, later : int
        Indexes of the files.
    subject : str
        As in `admitted_lines.Source`.
    sources : tuple of str
        Their names.
    days : int
        Common days.
    is_same : bool
        Whether the numbers are the same, so that the later file counts nothing new.
    """

    earlier: int
    later: int
    subject: str
    sources: tuple[str, ...]
    days: int
    is_same: bool


def find_overlaps(counted: Sequence[CountedFile]) -> Iterator[Overlap]:
    """Yield the overlaps of files, unless the later file restates events of the earlier one."""
    for later, second in enumerate(counted):
        for earlier, first in enumerate(counted[:later]):
            if second.restated[earlier]:
                continue
            common = sorted(first.days.keys() & second.days.keys())
            for subject in dict.fromkeys(source.subject for source in common):
                sources = [source for source in common if source.subject == subject]
                found = _compare(earlier, later, subject, sources, first, second)
                if found is not None:
                    yield found


def _compare(
    earlier: int,
    later: int,
    subject: str,
    sources: Sequence[Source],
    first: CountedFile,
    second: CountedFile,
) -> Overlap | None:
    days, numbers, equal, shared = set(), 0, 0, []
    for source in sources:
        one, other = first.days[source], second.days[source]
        both = one.keys() & other.keys()
        days |= both
        if both:
            shared.append(source.name)
        telling = [day for day in both if max(one[day], other[day]) > 1]
        numbers += len(telling)
        equal += sum(one[day] == other[day] for day in telling)
    if not days:
        return None
    is_same = numbers >= FEWEST_NUMBERS and equal >= EQUAL_SHARE * numbers
    return Overlap(earlier, later, subject, tuple(shared), len(days), is_same)
