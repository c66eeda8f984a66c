"""WordPress: a blog export (WXR 1.0 to 1.2) with the comments on every post."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element  # defusedxml reads; this names types  # nosec B405

from chalicelib.importers.booking import engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRejected
from chalicelib.importers.platforms.blogs.site import SiteExport, page_of
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.records.markup import elements, fields_of, local_name, text_of
from chalicelib.importers.records.record_fields import first_moment
from chalicelib.importers.records.records import Converted, outcomes_of_elements
from chalicelib.importers.values.event_identity import event_id

_NAMESPACE = "http://wordpress.org/export/"
_BLOG_ADDRESSES = ("base_site_url", "base_blog_url")
_KINDS = {
    **dict.fromkeys(("", "comment"), "comment"),
    **dict.fromkeys(("pingback", "trackback", "webmention", "mention"), "mention"),
    **dict.fromkeys(("like", "favorite", "reaction"), "like"),
    **dict.fromkeys(("repost", "share"), "share"),
    "bookmark": "save",
    "review": "review",
}
_WITHHELD = {
    "0": "a comment awaiting approval",
    "hold": "a comment awaiting approval",
    "spam": "spam",
    "trash": "a deleted comment",
    "post-trashed": "a comment on a deleted post",
}
_APPROVED = frozenset({"1", "approve", "approved"})
_READ = (
    *("comment_approved", "comment_type", "comment_id", "comment_date_gmt", "comment_date"),
    *("comment_post_id", "comment_parent", "comment_user_id", "commentmeta"),
)

_DECLARATION = Declaration(
    "WordPress: blog export (WXR)",
    "In WordPress: Tools > Export > All content (Werkzeuge > Daten exportieren > Alle Inhalte), "
    "which downloads one XML file",
    "XML with xmlns:wp=http://wordpress.org/export/...",
    (
        Becomes("wp:comment of type comment, or without a type", "`comment`"),
        Becomes("wp:comment of type pingback, trackback, webmention", "`mention`"),
        Becomes(
            "wp:comment with the wp:comment_user_id of an author of the blog (wp:author), as an "
            "answer to another comment",
            "`reply`",
        ),
        Becomes(
            "wp:comment of type like, repost, bookmark (IndieWeb plugins)",
            "`like`, `share`, `save`",
        ),
        Becomes("wp:comment of type review (shops), with its rating", "`review`"),
        Becomes(
            "wp:comment_parent",
            "`parent_event_id`: the comment that it answers, if the file contains it",
        ),
        Becomes("comments that are spam, deleted or awaiting approval", "not imported"),
        Becomes("posts, pages, media, other types of comment", "not imported"),
    ),
    (
        (
            "invalid_date",
            "a comment for which neither wp:comment_date_gmt nor wp:comment_date is a valid date",
        ),
        ("malformed_record", "a comment whose wp:comment_approved is unknown"),
        ("missing_value", "a comment without wp:comment_id or without a time"),
        ("entity_expansion", "XML that defines its own entities"),
        ("unreadable_file", "broken XML; the comments before the error are imported"),
    ),
    (
        "An export that contains only comments is read too. Its event ids are the same, and "
        "`content_id` is the number of the post.",
        "The time is wp:comment_date_gmt or, if that is empty, the day of wp:comment_date.",
        "A comment is identified by the URL of the blog (or the account) and its number. A feed of "
        "the same comments gives other event ids: import one or the other.",
    ),
    holds_people=True,
)


def _find(glimpse: Glimpse) -> tuple[str, ...]:
    if not glimpse.is_xml or _NAMESPACE not in glimpse.text:
        return ()
    marks = ("wp:wxr_version", "wp:post_id", "wp:comment_id", "wp:base_blog_url")
    return (_NAMESPACE, *(mark for mark in marks if f"<{mark}>" in glimpse.text))


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment.

    Attributes
    ----------
    kinds : mapping
        Types of the comments that it may answer, by their number.
    authors : frozenset of str
        Numbers of the users who write posts of the blog.
    """

    blog: str
    page: str
    element: Element
    kinds: Mapping[str, str]
    authors: frozenset[str]

    def field(self, name: str) -> str:
        return text_of(self.element, name, _NAMESPACE)


def _open(source: Source, options: Options, channel: str) -> Reading:
    description = ReportDescription(channel, "wordpress", source.encoding)
    outcomes = outcomes_of_elements(
        _records(source),
        _converter(channel, options.account),
        shown=_shown,
        fields=lambda comment: fields_of(comment.element) if comment else {},
        read=_READ,
    )
    return Reading(description, outcomes)


def _records(source: Source) -> Iterator[_Comment | None]:
    """Yield None for each item, then its comments; also yield comments outside of items."""
    blog = ""
    outside: dict[str, str] = {}
    authors: frozenset[str] = frozenset()
    for element in elements(source, ("item", "comment", "author", *_BLOG_ADDRESSES)):
        if local_name(element.tag) in _BLOG_ADDRESSES:
            blog = (element.text or "").strip() or blog
            continue
        if local_name(element.tag) == "author":
            authors |= {text_of(element, "author_id", _NAMESPACE)} - {"", "0"}
            continue
        if local_name(element.tag) == "comment":
            post = text_of(element, "comment_post_id", _NAMESPACE)
            outside |= _kinds_in((element,))
            yield _Comment(blog, f"post {post}" if post else "", element, outside, authors)
            continue
        yield None
        page = text_of(element, "link") or text_of(element, "guid")
        page = page or f"post {text_of(element, 'post_id', _NAMESPACE)}"
        comments = [child for child in element if local_name(child.tag) == "comment"]
        kinds = _kinds_in(comments)
        for comment in comments:
            yield _Comment(blog, page, comment, kinds, authors)


def _kinds_in(comments: Iterable[Element]) -> dict[str, str]:
    """Return number -> type of engagement, for the comments that are imported."""
    return {
        number: kind
        for one in comments
        if (number := text_of(one, "comment_id", _NAMESPACE))
        and text_of(one, "comment_approved", _NAMESPACE).lower() in _APPROVED
        and (kind := _KINDS.get(text_of(one, "comment_type", _NAMESPACE).lower()))
    }


def _converter(channel: str, account: str) -> Callable[[_Comment | None], Converted]:
    def convert(comment: _Comment | None) -> Converted:
        if comment is None:
            return "a post or page: its comments are counted"
        approved = comment.field("comment_approved").lower()
        if approved in _WITHHELD:
            return _WITHHELD[approved]
        if approved not in _APPROVED:
            raise RowRejected("malformed_record", "wp:comment_approved has an unknown value")
        kind = _KINDS.get(comment.field("comment_type").lower())
        if kind is None:
            return "a comment of a type that is not imported"
        identity = comment.field("comment_id")
        if not identity:
            raise RowRejected("missing_value", "the comment has no wp:comment_id")
        at = first_moment(
            _in_utc(comment.field("comment_date_gmt")),
            comment.field("comment_date"),
        )
        blog = ("wordpress", account or comment.blog or "-")
        answered = comment.field("comment_parent")
        kind_of_answered = comment.kinds.get(answered, "")
        parent = event_id(channel, *blog, answered, kind_of_answered) if kind_of_answered else ""
        rating = _rating(comment.element) if kind == "review" else None
        page = page_of(comment.page)
        found = engagement(
            channel, kind, at, *blog, identity, content_id=page, rating=rating, parent=parent
        )
        if parent and kind == "comment" and comment.field("comment_user_id") in comment.authors:
            found["type"] = "reply"  # with the id of a comment, as which it was imported before
        return (found,)

    return convert


def _in_utc(time: str) -> str:
    """Mark a time as UTC. ``0000-00-00 00:00:00`` means that it was never set; it stays invalid."""
    return f"{time} UTC" if time else ""


def _rating(comment: Element) -> float | None:
    for meta in comment:
        if local_name(meta.tag) == "commentmeta" and text_of(meta, "meta_key") == "rating":
            stars = text_of(meta, "meta_value")
            return float(stars) if stars in ("1", "2", "3", "4", "5") else None
    return None


def _shown(comment: _Comment | None) -> str:
    identity = comment.field("comment_id") if comment else ""
    return f"comment {identity}" if identity.isdigit() else ""


WORDPRESS = SiteExport(_DECLARATION, _find, 60, _open)
