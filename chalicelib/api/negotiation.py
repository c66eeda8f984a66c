"""Content negotiation between JSON and CSV."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.api.media_types import CSV, JSON

_RANGES = {
    "*/*": (JSON, CSV),
    "application/*": (JSON,),
    "text/*": (CSV,),
    JSON: (JSON,),
    CSV: (CSV,),
}


def preferred(accept: str) -> str | None:
    """Return the media type that an Accept header prefers, JSON by default.

    None if it accepts neither JSON nor CSV.
    """
    quality: dict[str, tuple[int, float]] = {}
    for part in accept.split(","):
        media_range, *params = (piece.strip().lower() for piece in part.split(";"))
        weight = _weight(params)
        precision = 2 - media_range.count("*")
        for media_type in _RANGES.get(media_range, ()):
            if precision >= quality.get(media_type, (-1, 0.0))[0]:
                quality[media_type] = (precision, weight)
    weights = {media_type: quality.get(media_type, (0, 0.0))[1] for media_type in (JSON, CSV)}
    best = JSON if weights[JSON] >= weights[CSV] else CSV
    return best if weights[best] > 0 else None


def _weight(params: Sequence[str]) -> float:
    for param in params:
        if param.startswith("q="):
            try:
                return min(1.0, max(0.0, float(param[2:])))
            except ValueError:
                return 0.0
    return 1.0
