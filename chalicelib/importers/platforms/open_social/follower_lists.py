"""Lists of followers of Bluesky and Mastodon, which have no days and are rejected."""

from __future__ import annotations

import re

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading
from chalicelib.importers.platforms.open_social import bluesky_posts, mastodon_posts
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.model.errors import ExportRejected

_FOLLOWERS_KEY = re.compile(r'"followers"\s*:\s*\[')
_ADDRESS = re.compile(r"(?:Account address\s+)?[\w.-]+@[\w-]+\.[\w.-]+", re.ASCII)
_NOTIFIED = "notifications have each follow with its time"

_BLUESKY = Declaration(
    "Bluesky: list of followers (JSON)",
    "`app.bsky.graph.getFollowers`",
    "JSON with followers and their did and handle",
    (Becomes("`createdAt`", "nothing: the day on which the follower joined Bluesky"),),
    (("no_date", "always, because the list does not say when an account followed"),),
    (f"Import the notifications instead: {_NOTIFIED}.",),
    holds_people=True,
)
_MASTODON = Declaration(
    "Mastodon: list of followers (CSV)",
    "Preferences → Import and export → Data export, the file followers.csv",
    "a table with the only column Account address",
    (Becomes("Account address", "nothing: the file does not say when an account followed"),),
    (("no_date", "always, because the list has no days"),),
    (f"Import the notifications instead: {_NOTIFIED}.",),
    holds_people=True,
)


def _reject(source: Source, options: Options) -> Reading:
    raise ExportRejected(
        "no_date",
        "a list of followers without the days on which they followed. Import the account's "
        f"notifications instead: {_NOTIFIED}",
    )


def _recognise_bluesky(glimpse: Glimpse) -> Recognition | None:
    text = glimpse.text
    if not glimpse.is_json or not all(f'"{key}"' in text for key in ("did", "handle")):
        return None
    if not _FOLLOWERS_KEY.search(text) or "notifications" in text:
        return None
    return Recognition(20, "followers, did, handle", _reject)


def _recognise_mastodon(glimpse: Glimpse) -> Recognition | None:
    first, *rows = [line.strip() for line in glimpse.text.lstrip("\ufeff").splitlines()[:5]] or [""]
    if first != "Account address" or not all(map(_ADDRESS.fullmatch, filter(None, rows))):
        return None
    return Recognition(20, first, _reject)


BLUESKY_FOLLOWERS = Importer(bluesky_posts.CHANNEL, _BLUESKY, _recognise_bluesky)
MASTODON_FOLLOWERS = Importer(mastodon_posts.CHANNEL, _MASTODON, _recognise_mastodon)
