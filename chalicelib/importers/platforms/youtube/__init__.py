"""YouTube: CSV files from YouTube Studio and responses of the YouTube Analytics API."""

from chalicelib.importers.platforms.youtube.studio import STUDIO
from chalicelib.importers.platforms.youtube.youtube_api import ANALYTICS_API

IMPORTERS = (STUDIO.importer(), ANALYTICS_API)
