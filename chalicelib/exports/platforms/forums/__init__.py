"""Forums that are no one's own page: Discourse and Reddit."""

from chalicelib.exports.platforms.forums.discourse import DISCOURSE
from chalicelib.exports.platforms.forums.reddit import REDDIT
from chalicelib.exports.platforms.forums.reddit_dumps import REDDIT_DUMPS

IMPORTERS = (DISCOURSE, REDDIT, REDDIT_DUMPS)
