"""XML, read element by element, so that a large export needs the memory of one element."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element, ParseError  # types only; defusedxml parses  # nosec B405

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.rations import Rationed
from chalicelib.model.errors import ExportRejected

MAX_DEPTH = 200
PIECE_BYTES = 1 << 16


def elements(source: Source, tags: Collection[str]) -> Iterator[Element]:
    """Yield the elements with some tags; each is complete, and is emptied before the next one.

    Parameters
    ----------
    tags : collection of str
        Local names, without namespace, in lower case, e.g. ``item``. An element within another
        matching one is yielded only as its child.

    Raises
    ------
    ExportRejected
        `entity_expansion`; `too_deep`; `file_too_large`; `unreadable_file`, after the elements
        before the error.
    """
    path: list[Element] = []
    inside = 0
    try:
        # an XML document names its own encoding
        stream = Rationed(source.bytes(recoded=False), piece=PIECE_BYTES)
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=False):
            if not inside:
                stream.renew()
            wanted = local_name(element.tag) in tags
            if event == "start":
                path.append(element)
                inside += wanted
                if inside:
                    stream.count_value()
                if len(path) > MAX_DEPTH:
                    raise ExportRejected("too_deep", f"the XML has more than {MAX_DEPTH} levels")
                continue
            path.pop()
            inside -= wanted
            if wanted and not inside:
                yield element
            if not inside:
                element.clear()
                if path:
                    path[-1].remove(element)
    except DefusedXmlException as error:
        raise ExportRejected(
            "entity_expansion", "the XML defines its own entities, which no export does"
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise ExportRejected("unreadable_file", f"the file is not valid XML: {error}") from error


def fields_of(element: Element) -> dict[str, str]:
    """Return the texts of an element's children by local name, and the children's attributes.

    An attribute's key has the name of its element first: ``link.count``.
    """
    found: dict[str, str] = {}
    for child in element:
        name = local_name(child.tag)
        found.setdefault(name, (child.text or "").strip())
        for attribute, value in child.items():
            found.setdefault(f"{name}.{local_name(attribute)}", value)
    return found


def local_name(tag: object) -> str:
    """Return a tag without its namespace, in lower case; empty for comments and the like."""
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def namespace(tag: object) -> str:
    """Return the namespace of a tag; empty if there is none."""
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def text_of(parent: Element, name: str, space: str = "") -> str:
    """Return the stripped text of the first child with a name, in a namespace with a prefix."""
    for child in parent:
        if local_name(child.tag) == name and namespace(child.tag).startswith(space):
            return (child.text or "").strip()
    return ""
