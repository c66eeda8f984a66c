"""A session whose clients are kept from test to test: making one takes as long as many calls.

A test may change a client, and then the next test gets a new one. A client counts as changed once
somebody listens to its events, or a call was repeated: after many repetitions a client gives up
sooner.
"""

from __future__ import annotations

from typing import Any

import boto3

LISTENING = ("register", "register_first", "register_last", "unregister")


class KeptClients:
    """Like a boto3 session, for its clients.

    Parameters
    ----------
    session : boto3.Session
    """

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._kept: dict[str, Any] = {}

    @property
    def region_name(self) -> Any:
        """The region of the session."""
        return self._session.region_name

    def client(self, name: str, *, config: Any = None, **more: Any) -> Any:
        """The client that an earlier call with the same options got, if it did not change."""
        if more:
            return self._session.client(name, config=config, **more)
        options = {} if config is None else vars(config)
        key = f"{name} {sorted(options.items(), key=str)}"
        if key not in self._kept:
            self._kept[key] = self._watched(key, self._session.client(name, config=config))
        return self._kept[key]

    def _watched(self, key: str, client: Any) -> Any:
        events = client.meta.events

        def answered(attempts: int, **_: Any) -> None:
            if attempts > 1:
                self._kept.pop(key, None)

        events.register_first("needs-retry", answered)
        for name in LISTENING:
            setattr(events, name, self._letting_go(key, getattr(events, name)))
        return client

    def _letting_go(self, key: str, listen: Any) -> Any:
        def listened(*given: Any, **more: Any) -> Any:
            self._kept.pop(key, None)
            return listen(*given, **more)

        return listened
