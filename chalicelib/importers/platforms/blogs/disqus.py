"""Disqus: a site's comments, exported as XML."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element  # defusedxml reads; this names types  # nosec B405

from chalicelib.importers.booking import engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRejected
from chalicelib.importers.platforms.blogs.site import SiteExport, page_of
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.records.markup import elements, fields_of, local_name, text_of
from chalicelib.importers.records.record_fields import moment
from chalicelib.importers.records.records import Converted, outcomes_of_elements
from chalicelib.importers.values.event_identity import event_id

_MARKS = ("http://disqus.com", "disqus-internals", "<isDeleted>", "<isSpam>")
_WITHHELD = (
    ("isDeleted", "true", "a deleted comment"),
    ("isSpam", "true", "spam"),
    ("isApproved", "false", "a comment awaiting approval"),
)
_READ = (
    *("isdeleted", "isspam", "isapproved", "createdat", "thread", "thread.id"),
    *("parent", "parent.id"),
)

_DECLARATION = Declaration(
    "Disqus: comment export (XML)",
    "In Disqus: Admin > Moderate Comments > Export. Disqus sends a gzip file by e-mail; unpack it",
    "XML in the namespace http://disqus.com",
    (
        Becomes("post", "`comment`; `content_id` is the link of its thread"),
        Becomes("parent of a post", "`parent_event_id`: the comment that it answers"),
        Becomes("post with isDeleted, isSpam or isApproved=false", "not imported"),
        Becomes("thread, category", "not imported"),
    ),
    (
        ("invalid_date", "a post whose createdAt is not a valid date"),
        ("missing_value", "a post without dsq:id or createdAt"),
        ("unreadable_file", "broken XML; the posts before the error are imported"),
    ),
    (
        "Posts are counted even if their thread is not in the file.",
        "The export does not contain likes of comments.",
    ),
    holds_people=True,
)


def _find(glimpse: Glimpse) -> tuple[str, ...]:
    if not glimpse.is_xml or "<disqus" not in glimpse.text[:100_000]:
        return ()
    return tuple(mark for mark in _MARKS if mark in glimpse.text)


def _open(source: Source, options: Options, channel: str) -> Reading:
    description = ReportDescription(channel, "disqus", source.encoding)
    records = elements(source, ("thread", "post"))
    convert = _converter(channel, options.account)
    return Reading(
        description,
        outcomes_of_elements(records, convert, shown=_shown, fields=fields_of, read=_READ),
    )


def _converter(channel: str, account: str) -> Callable[[Element], Converted]:
    pages: dict[str, str] = {}

    def convert(record: Element) -> Converted:
        identity = _identity(record)
        if local_name(record.tag) == "thread":
            pages[identity] = page_of(text_of(record, "link"))
            return "a thread: its posts are counted"
        for name, value, reason in _WITHHELD:
            if text_of(record, name.lower()).lower() == value:
                return reason
        if not identity:
            raise RowRejected("missing_value", "the post has no dsq:id")
        at = moment(text_of(record, "createdat"))
        thread, answered = _identity_in(record, "thread"), _identity_in(record, "parent")
        page = pages.get(thread) or thread
        blog = ("disqus", account or "-")
        parent = event_id(channel, *blog, answered, "comment") if answered else ""
        comment = engagement(
            channel, "comment", at, *blog, identity, content_id=page, parent=parent
        )
        return (comment,)

    return convert


def _identity(element: Element) -> str:
    """Return the attribute `id` in any namespace, usually dsq:id."""
    return next((value.strip() for name, value in element.items() if local_name(name) == "id"), "")


def _identity_in(record: Element, name: str) -> str:
    """Return the id of the first child with a name; empty if there is none."""
    return next((_identity(child) for child in record if local_name(child.tag) == name), "")


def _shown(record: Element) -> str:
    identity = _identity(record)
    return f"post {identity}" if identity.isdigit() else ""


DISQUS = SiteExport(_DECLARATION, _find, 60, _open)
