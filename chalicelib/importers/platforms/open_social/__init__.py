"""Open social networks: Bluesky and Mastodon."""

from chalicelib.importers.platforms.open_social.bluesky_notifications import BLUESKY_NOTIFICATIONS
from chalicelib.importers.platforms.open_social.bluesky_posts import (
    BLUESKY_POSTS,
    BLUESKY_REPOSITORY,
)
from chalicelib.importers.platforms.open_social.follower_lists import (
    BLUESKY_FOLLOWERS,
    MASTODON_FOLLOWERS,
)
from chalicelib.importers.platforms.open_social.mastodon_notifications import MASTODON_NOTIFICATIONS
from chalicelib.importers.platforms.open_social.mastodon_posts import (
    MASTODON_ARCHIVE,
    MASTODON_STATUSES,
)

IMPORTERS = (
    BLUESKY_POSTS,
    BLUESKY_NOTIFICATIONS,
    BLUESKY_REPOSITORY,
    BLUESKY_FOLLOWERS,
    MASTODON_FOLLOWERS,
    MASTODON_ARCHIVE,
    MASTODON_STATUSES,
    MASTODON_NOTIFICATIONS,
)
