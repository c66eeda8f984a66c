"""Google+ Takeout as HTML: one web page per post."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, ReportDescription
from chalicelib.importers.platforms.google_plus.google_plus_activity import (
    ADDRESS,
    CHANNEL,
    PEOPLE,
    WHERE,
    Comment,
    Post,
    converter,
    shown,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.records import outcomes_of

_MARKS = ('class="visibility"', 'class="post-activity"', 'class="author"', 'class="main-content"')
_KEPT_TAGS = frozenset({"div", "span", "a"})
_PEOPLE = {"plus-oners": "likes", "resharers": "shares"}
_TEXTS = frozenset({"main-content", "visibility"})
_DEEPEST_MISTAKE = 50
"""Maximum number of levels that an end tag can close. Other end tags are ignored."""

_TOKEN = re.compile(
    r"""<(/?)([a-z][a-z0-9]*+)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>|([^<]++)""", re.IGNORECASE
)
_ATTRIBUTE = re.compile(
    r"""([^\s=/"'<>]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++)))?+"""
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d ?(?:Z|[+-]\d\d:?\d\d)")
_BETWEEN_PEOPLE = re.compile(r",(?!\d{3}\b)|\0")
_OTHERS = re.compile(
    r"(\d{1,3}(?:[.,]\d{3}){1,2}|\d{1,9}) ?"
    r"(?:more|others?|other people|people|person(?:en)?|weiteren?(?: personen)?|andere[nr]?)?"
)
_PERSON = "\0"

_DECLARATION = Declaration(
    "Google+: posts of a Takeout archive as web pages (HTML)",
    WHERE,
    "a page with div.visibility, div.post-activity and a URL plus.google.com/.../posts/",
    (
        Becomes("div.plus-oners (+1'd by)", "`like`, on the UTC day of the post"),
        Becomes("div.resharers (Reshared by)", "`share`, on the UTC day of the post"),
        Becomes("div.comments > div.comment", "`comment`, at its own time"),
        Becomes("the post itself, votes in polls", "not imported"),
    ),
    (("missing_value", "a post or comment without a time or a URL"),),
    (
        f"{PEOPLE.capitalize()}. In a list that ends in `and 12 others`, the 12 are counted too.",
        "+1s and reshares have no time of their own, so they are lifetime counts.",
        "The JSON of the same archive gives the same events, so importing both counts nothing "
        "twice.",
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_html or not ADDRESS.search(glimpse.text):
        return None
    found = [mark for mark in _MARKS if mark in glimpse.text]
    if len(found) < (1 if glimpse.named else 3):
        return None
    return Recognition(50 + len(found), ", ".join(found), _open)


def _open(source: Source, options: Options) -> Reading:
    page = _PostPage(source.document())
    description = ReportDescription(CHANNEL, "post-page", source.encoding, lifetime=True)
    convert = converter(options.account)
    return Reading(description, outcomes_of(page.records(), convert, shown=shown))


class _PostPage:
    """Extracts the post's URL and time, the lists of people, and the times of comments.

    The area of an element is the part of the post that it belongs to, by its class. Nested elements
    inherit it.
    """

    def __init__(self, page: str) -> None:
        self._open_elements: list[tuple[str, str]] = []
        self._url = self._created = ""
        self._link = ""
        self._people: dict[str, list[str]] = {area: [] for area in _PEOPLE}
        self._comments: list[str] = []
        for tag, closes, attributes, text in _tokens(page):
            if not tag:
                self._read(text)
            elif closes:
                self._close(tag)
            else:
                self._open(tag, attributes)

    def records(self) -> Iterator[Post | Comment]:
        """Yield the post, then its comments in the order of the page."""
        likes, shares = (_number_of("".join(self._people[area])) for area in _PEOPLE)
        post = Post(self._url, "", self._created, likes, shares)
        yield post
        for place, time in enumerate(self._comments):
            yield Comment(post, time, place)

    @property
    def _area(self) -> str:
        return self._open_elements[-1][1] if self._open_elements else ""

    def _open(self, tag: str, attributes: Mapping[str, str]) -> None:
        classes = set(attributes.get("class", "").split())
        area = self._area
        if named := [name for name in _PEOPLE if name in classes]:
            area = named[0]
        elif "comment" in classes and tag == "div":
            area = "comment"
            self._comments.append("")
        elif "time" in classes and area == "comment":
            area = "time"
        elif classes & _TEXTS:
            area = "text"
        elif tag == "a" and area in _PEOPLE:
            self._people[area].append(_PERSON)
            area = "person"
        elif tag == "a" and not area:
            self._link = attributes.get("href", "")
            area = "link" if ADDRESS.search(self._link) else "text"
        self._open_elements.append((tag, area))

    def _close(self, tag: str) -> None:
        if any(tag == inner for inner, _ in self._open_elements[-_DEEPEST_MISTAKE:]):
            while self._open_elements.pop()[0] != tag:
                pass

    def _read(self, text: str) -> None:
        area = self._area
        if area in _PEOPLE:
            self._people[area].append(text)
        elif area == "link" and not self._created:
            self._url = self._url or self._link
            if time := _TIME.search(text):
                self._url, self._created = self._link, time[0]
        elif area == "time" and (time := _TIME.search(text)):
            self._comments[-1] = self._comments[-1] or time[0]


def _tokens(page: str) -> Iterator[tuple[str, bool, Mapping[str, str], str]]:
    """Yield relevant tags and texts: (tag or empty, whether it closes, attributes, text).

    The standard library's HTMLParser takes minutes for 200 KB of unclosed tags. This function takes
    linear time, because no pattern looks beyond the next ``<``.
    """
    for closes, tag, attributes, text in _TOKEN.findall(page):
        if not tag:
            yield "", False, {}, _unescaped(text)
        elif tag.lower() in _KEPT_TAGS:
            given = {
                name.lower(): _unescaped(one or other or bare)
                for name, one, other, bare in _ATTRIBUTE.findall(attributes)
            }
            yield tag.lower(), bool(closes), given, ""


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a character reference with thousands of digits
        return text


def _number_of(people: str) -> int:
    """Count the people in a list: ``+1'd by: (a person), (a person), and 12 others``.

    People without a profile are in the list as plain text.
    """
    label, colon, rest = people.partition(":")
    number = people.count(_PERSON)
    pieces = _BETWEEN_PEOPLE.split(rest if colon and _PERSON not in label else "")
    for piece in pieces:
        name = " ".join(piece.split()).strip(".;").casefold()
        name = re.sub(r"^(?:and|und|&) ?", "", name).strip()
        if others := _OTHERS.fullmatch(name):
            number += int(re.sub(r"\D", "", others[1]))
        elif name:
            number += 1
    return number


WEB_PAGE = Importer(CHANNEL, _DECLARATION, _recognise)
