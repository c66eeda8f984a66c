"""Small share events for tests; every column can be overridden."""

from __future__ import annotations

from typing import Any

import numpy as np

from chalicelib.attribution.virality.shares import Shares


def make_shares(time: Any, parent: Any = None, **over: Any) -> Shares:
    """Shares of one channel that was declared complete, by different people, of one content."""
    n = len(time)
    parents = np.full(n, -1) if parent is None else np.asarray(parent, dtype=np.int64)
    columns: dict[str, Any] = {
        "time": np.asarray(time, dtype=np.float64),
        "parent": parents,
        "names_parent": parents >= 0,
        "channel": np.zeros(n, dtype=np.int64),
        "n_channels": 1,
        "person": np.arange(n),
        "content": np.zeros(n, dtype=np.int64),
        "count": np.ones(n),
        "reach": np.full(n, np.nan),
        "complete": np.ones(1, dtype=bool),
        "follows_page": np.zeros(n, dtype=bool),
    }
    given = {
        name: np.asarray(value) if name != "n_channels" else value for name, value in over.items()
    }
    return Shares(**(columns | given))


def permuted(shares: Shares, order: Any) -> Shares:
    """The same shares in another order."""
    position = np.full(shares.time.size + 1, -1)
    position[order] = np.arange(shares.time.size)
    columns = {
        name: getattr(shares, name)[order]
        for name in (
            "time", "names_parent", "channel", "person", "content", "count", "reach",
            "follows_page",
        )
    }  # fmt: skip
    return Shares(
        parent=position[shares.parent[order]],
        n_channels=shares.n_channels,
        complete=shares.complete,
        **columns,
    )
