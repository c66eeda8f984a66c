"""Forums: Discourse and Reddit."""

from chalicelib.importers.platforms.forums.discourse import DISCOURSE
from chalicelib.importers.platforms.forums.reddit import REDDIT
from chalicelib.importers.platforms.forums.reddit_dumps import REDDIT_DUMPS

IMPORTERS = (DISCOURSE, REDDIT, REDDIT_DUMPS)
