"""Atom and RSS feeds of blogs: feeds of comments, and feeds of posts with comment counters.

Each comment is counted once: if the feed contains the comments, the counters of its posts are
ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element  # defusedxml reads; this names types  # nosec B405

from chalicelib.importers.booking import engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRejected
from chalicelib.importers.platforms.blogs.site import SiteExport, page_of
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.records.markup import elements, fields_of, local_name, namespace, text_of
from chalicelib.importers.records.record_fields import as_count, first_moment
from chalicelib.importers.records.records import Converted, outcomes_of_elements
from chalicelib.importers.values.counters import lifetime_events
from chalicelib.importers.values.event_identity import event_id

_THREADING = "http://purl.org/syndication/thread/1.0"
_SLASH = "http://purl.org/rss/1.0/modules/slash/"
_BLOGGER = "http://schemas.google.com/blogger/2018"
_COMMENT_KIND = "blogger/2008/kind#comment"
_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|RDF)\b")
_ENTRY = re.compile(r"<(?:\w+:)?(?:entry|item)\b")
_COUNTER = re.compile(r"<\w{1,20}:(?:comments|total)>|\bthr:count=")
_BACKUP = re.compile(r"blogger/2008/kind#|schemas\.google\.com/blogger/2018")
_COMMENTS_TITLE = re.compile(
    r"<title\b[^<>]{0,100}>\s{0,20}(?:<!\[CDATA\[)?\s{0,20}"
    r"(?:Comments? (?:on|for|to)|Kommentare? (?:zu|für|auf|von))\b",
    re.IGNORECASE,
)
_COMMENT_ADDRESS = re.compile(r"#(?:comment|c|IDComment)-?\d+$|[?&]showComment=\d", re.IGNORECASE)
_COMMENT_ENTRY = re.compile(
    r"<(?:\w+:)?in-reply-to\b|" + re.escape(_COMMENT_KIND) + r"|"
    r"<(?:link|guid|id)\b[^<>]{0,200}>[^<>\s]{1,500}#(?:comment|c|IDComment)-?\d+<",
    re.IGNORECASE,
)
_TIMES = ("published", "issued", "pubdate", "date", "created", "updated", "modified")
_READ = (
    *(*_TIMES, "id", "guid", "link", "link.href", "link.rel", "link.count", "in-reply-to"),
    *("in-reply-to.href", "in-reply-to.ref", "parent", "status", "type", "category"),
    *("category.term", "comments", "total"),
)

_DECLARATION = Declaration(
    "Blogs: Atom and RSS feeds, and Blogger's export",
    "The URL of a comment feed, e.g. https://blog.example/comments/feed/ (WordPress) or "
    "https://blog.example/feeds/comments/default (Blogger); in Blogger: Settings > Back up content "
    "(Einstellungen > Inhalte sichern)",
    "Atom or RSS with thr:in-reply-to, thr:count, thr:total or slash:comments, or with a title "
    "that begins with Comments (Kommentare)",
    (
        Becomes("an entry that replies to a post (thr:in-reply-to, #comment-7)", "`comment`"),
        Becomes("thr:in-reply-to of a comment, if its ref is another comment", "`parent_event_id`"),
        Becomes(
            "slash:comments, thr:total, thr:count in a feed of posts",
            "that many `comment`s, on the UTC day of the post",
        ),
        Becomes("the same counters in a feed that contains the comments", "not imported"),
        Becomes("openSearch:totalResults", "not imported: it includes entries outside the feed"),
    ),
    (
        ("invalid_date", "an entry whose time is not valid"),
        ("invalid_number", "a counter that is not a number"),
        ("missing_value", "an entry without a time, or without id, guid and link"),
        ("unreadable_file", "broken XML; the entries before the error are imported"),
    ),
    (
        "Comment counters of posts are lifetime totals: a later feed restates an earlier one.",
        "Import either a feed of posts with counters or a feed of comments, not both.",
        "Pingbacks look like comments in a feed and are counted as comments.",
    ),
    holds_people=True,
)


def _find(glimpse: Glimpse) -> tuple[str, ...]:
    text = glimpse.text
    if not glimpse.is_xml or "http://wordpress.org/export/" in text or not _FEED.search(text):
        return ()
    found = [mark for mark in (_THREADING, _SLASH, _BLOGGER, _COMMENT_KIND) if mark in text]
    if _is_feed_of_comments(text):
        found.append("a title that begins with Comments")
    elif _COMMENT_ENTRY.search(text):
        found.append("entries that are comments")
    return tuple(found)


def _open(source: Source, options: Options, channel: str) -> Reading:
    all_are_comments = _is_feed_of_comments(source.text)
    has_comments = all_are_comments or not _counts_comments(source.text)
    convert = _converter(channel, options.account, all_are_comments, has_comments)
    report = "comments-feed" if has_comments else "posts-feed"
    description = ReportDescription(channel, report, source.encoding, lifetime=not has_comments)
    entries = elements(source, ("entry", "item"))
    return Reading(
        description,
        outcomes_of_elements(
            entries, convert, shown=lambda entry: "", fields=fields_of, read=_READ
        ),
    )


def _is_feed_of_comments(text: str) -> bool:
    """Whether the feed's title begins with Comments and no entry has a comment counter."""
    entry = _ENTRY.search(text)
    own = text[: entry.start()] if entry else text
    return bool(_COMMENTS_TITLE.search(own)) and not _COUNTER.search(text)


def _counts_comments(text: str) -> bool:
    """Whether posts have comment counters and the feed does not contain the comments.

    A Blogger backup contains all comments, but after the posts, where this search may not reach.
    """
    has_comments = _COMMENT_ENTRY.search(text) or _BACKUP.search(text)
    return not has_comments and bool(_COUNTER.search(text))


def _converter(
    channel: str, account: str, all_are_comments: bool, has_comments: bool
) -> Callable[[Element], Converted]:
    def convert(entry: Element) -> Converted:
        is_comment = _is_comment(entry)
        if has_comments and not (is_comment or all_are_comments):
            return "a post: its comments are counted"
        if is_comment and not has_comments:
            return "a comment: it is counted with its post"
        if text_of(entry, "status", _BLOGGER).upper() not in ("", "LIVE"):
            return "a comment or post that is not public"
        number = 1 if has_comments else _counter(entry)
        if not number:
            return "a post without comments"
        identity = text_of(entry, "id") or text_of(entry, "guid") or _link(entry)
        if not identity:
            raise RowRejected("missing_value", "the entry has no id, guid or link")
        at = first_moment(*(text_of(entry, name) for name in _TIMES))
        parts = ("feed", account or "-", "entry" if has_comments else "post", identity)
        if not has_comments:
            counts = {"comment": number}
            return lifetime_events(channel, at, counts, *parts, content_id=page_of(_link(entry)))
        answered = _answered(entry)
        parent = event_id(channel, *parts[:-1], answered, "comment") if answered else ""
        page = _commented(entry)
        return (engagement(channel, "comment", at, *parts, content_id=page, parent=parent),)

    return convert


def _is_comment(entry: Element) -> bool:
    for child in entry:
        name = local_name(child.tag)
        if name == "in-reply-to" or (
            name == "category" and (child.get("term") or "").endswith(_COMMENT_KIND)
        ):
            return True
        if name == "type" and namespace(child.tag) == _BLOGGER:
            return (child.text or "").strip() == "COMMENT"
        if name in ("link", "guid", "id") and _COMMENT_ADDRESS.search(
            (child.text or child.get("href") or "").strip()
        ):
            return True
    return False


def _counter(entry: Element) -> int:
    """Return a post's number of comments: the largest of its counters, which are alternatives."""
    numbers = [0]
    for child in entry:
        name, space = local_name(child.tag), namespace(child.tag)
        if (name, space) in (("comments", _SLASH), ("total", _THREADING)):
            numbers.append(as_count((child.text or "").strip(), f"{name} of the entry"))
        elif name == "link" and child.get("rel") == "replies":
            number = child.get(f"{{{_THREADING}}}count") or child.get("count")
            numbers.append(as_count(number, "count of the entry"))
    return max(numbers)


def _commented(entry: Element) -> str:
    """Return the URL of the page that a comment is on."""
    for child in entry:
        if local_name(child.tag) == "in-reply-to":
            return page_of(child.get("href") or child.get("ref") or "")
    return page_of(_link(entry)) or text_of(entry, "parent", _BLOGGER)


def _answered(entry: Element) -> str:
    """Return the id of the comment that a comment answers; empty if it is about the post."""
    for child in entry:
        if local_name(child.tag) == "in-reply-to":
            reference = (child.get("ref") or "").strip()
            return reference if _COMMENT_ADDRESS.search(reference) else ""
    return ""


def _link(entry: Element) -> str:
    links = (
        (child.text or "").strip() or (child.get("href") or "").strip()
        for child in entry
        if local_name(child.tag) == "link" and child.get("rel") in (None, "alternate")
    )
    return next(filter(None, links), "")


FEED = SiteExport(_DECLARATION, _find, 30, _open)
