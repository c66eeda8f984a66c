"""GET /: the dashboard."""

from __future__ import annotations

import base64
import hashlib
import re

from chalice.test import Client

import app


def test_the_page_comes_without_a_key_and_may_run_nothing_but_its_own_script() -> None:
    with Client(app.app) as client:
        answer = client.http.get("/")

    page = answer.body.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_the_page_writes_what_it_is_told_as_text_only() -> None:
    with Client(app.app) as client:
        page = client.http.get("/").body.decode()

    assert "innerHTML" not in page
    assert "insertAdjacentHTML" not in page
    assert not re.search(r"\son[a-z]+=", page)
