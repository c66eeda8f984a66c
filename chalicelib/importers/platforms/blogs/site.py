"""The base of importers for blogs and for services embedded in them."""

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
    """A kind of file whose events are booked to the channel of its site.

    Attributes
    ----------
    declaration : Declaration
    find : callable
        Returns the marks found at the beginning of a file; empty if it is another kind of file.
    hits : int
        The weight of a match compared with those of other importers.
    open : callable
        ``open(source, options, channel) -> Reading``.
    """

    declaration: Declaration
    find: Callable[[Glimpse], tuple[str, ...]]
    hits: int
    open: Callable[[Source, Options, str], Reading]

    def recognise(self, glimpse: Glimpse, channel: str) -> Recognition | None:
        """Claim a file for a channel; return None if it is another kind of file."""
        found = self.find(glimpse)
        if not found:
            return None
        return Recognition(
            self.hits + len(found),
            ", ".join(found),
            lambda source, options: self.open(source, options, channel),
        )


def page_of(address: str) -> str:
    """Return the URL of a page without its fragment (``#comment-7``)."""
    return address.partition("#")[0].strip()
