"""Bluesky and Mastodon: posts with their counts, and notifications."""

import json

import pytest

from chalicelib.model.errors import ExportRejected
from tests.importers.files import read


@pytest.mark.parametrize(
    "content",
    [
        {"likeCount": 3, "repostCount": 1, "replyCount": 0},
        {"orderedItems": [{"type": "Note", "published": "2026-05-04T09:15:30Z", "object": {}}]},
        [{"favourites_count": 3, "id": 1}],
        [{"type": "favourite", "created_at": "2026-05-04", "account": {}}],
        {"notifications": [{"reason": "like", "uri": "https://x.example", "indexedAt": "x"}]},
    ],
)
def test_look_alikes_are_not_claimed(content: object) -> None:
    with pytest.raises(ExportRejected) as rejection:
        read(json.dumps(content))

    assert rejection.value.code == "unknown_platform"
