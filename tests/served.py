"""`serve` as a process of its own, to be asked and killed."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]


class Served:
    """A `serve` that has said where it is.

    Parameters
    ----------
    data : Path
    *options : str
        Of the command line.
    **settings : str
        As they are in the environment, without their prefix.
    """

    def __init__(self, data: Path, *options: str, **settings: str) -> None:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("LIKEWORTH_")
        }
        environment |= {f"LIKEWORTH_{name.upper()}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "chalicelib", "serve", "--port", "0", "--data", str(data)]
        self.process = subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = ""
        while "v1/imports" not in said:
            line = self.process.stdout.readline()
            assert line, self.process.communicate()
            said += line
        self.said = said
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found is not None
        self.url = found[0]

    @property
    def key(self) -> str:
        """The key that a new directory is greeted with."""
        found = re.search(r"lw_local\.\S+", self.said)
        assert found is not None
        return found[0]

    def call(self, method: str, path: str, key: str, body: Any = None, *, status: int = 200) -> Any:
        """The answer, as JSON.

        Raises
        ------
        OSError, http.client.HTTPException
            If none comes.
        """
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        data = json.dumps(body).encode() if body is not None else None
        headers = {"x-api-key": key, "content-type": "application/json"}
        connection.request(method, path, data, headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        assert response.status == status, text
        return json.loads(text)

    def upload(self, url: str, content: bytes) -> None:
        """PUT a file to where an import was told to put it."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        connection.request("PUT", f"{parts.path}?{parts.query}", content)
        response = connection.getresponse()
        response.read()
        connection.close()
        assert response.status == 200

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait; the exit status."""
        self.process.send_signal(number)
        self.process.communicate(timeout=60)
        return self.process.returncode
