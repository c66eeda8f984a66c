"""What the exports of blogs and of the services in them have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading
from chalicelib.importers.recognition.declarations import Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options, Recognition


@dataclass(frozen=True, slots=True)
class SiteExport:
    """A kind of file that is booked to the channel of the site it comes from.

    Attributes
    ----------
    declaration : Declaration
    find : callable
        What of the kind the beginning of a file holds; nothing if it is another file.
    hits : int
        How much its marks weigh against those of other importers.
    open : callable
        ``open(source, options, channel) -> Reading``.
    """

    declaration: Declaration
    find: Callable[[Glimpse], tuple[str, ...]]
    hits: int
    open: Callable[[Source, Options, str], Reading]

    def recognise(self, glimpse: Glimpse, channel: str) -> Recognition | None:
        """A claim to a file, to be booked to a channel."""
        found = self.find(glimpse)
        if not found:
            return None
        return Recognition(
            self.hits + len(found),
            ", ".join(found),
            lambda source, options: self.open(source, options, channel),
        )


def page_of(address: str) -> str:
    """The address of a page without the place in it (``#comment-7``)."""
    return address.partition("#")[0].strip()
