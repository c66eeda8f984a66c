"""Google Search Console: performance of a property in Google's search results."""

from chalicelib.importers.platforms.search_console.search_performance import IMPORTERS

__all__ = ["IMPORTERS"]
