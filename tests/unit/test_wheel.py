"""The wheel: what it contains, and that it works outside of the clone."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from chalicelib import __version__, documentation
from infra.wheel import SITE, build_site, read_requirements
from tests.built_site import built

__all__ = ["built"]  # a fixture

ROOT = Path(__file__).parents[2]


def build(target: str, root: Path, folder: Path) -> None:
    """Build an sdist or a wheel of a source tree in this environment."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)],
        cwd=root,
        check=True,
        capture_output=True,
    )


def build_wheel(root: Path, folder: Path) -> zipfile.ZipFile:
    """Build and open the wheel of a source tree."""
    build("wheel", root, folder)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's files, and nothing else of the clone."""
    folder = tmp_path_factory.mktemp("installed")
    wheel.extractall(folder)
    return folder


def command(installed: Path, *arguments: str) -> list[str]:
    """The console script, as installers write it."""
    program = (
        f"import sys; sys.path[0] = {str(installed)!r}; sys.argv[0] = 'likeworth'\n"
        "from chalicelib.cli import main; sys.exit(main())"
    )
    return [sys.executable, "-c", program, *arguments]


def test_it_contains_every_file_of_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "chalicelib"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    expected = {name for name in tracked if name and (ROOT / name).exists()}
    pages = {f"{SITE}/{name}.html" for name in (documentation.INDEX, *documentation.PAGES)}
    expected |= {"chalicelib/installed_app.py", f"{SITE}/assets/search.json"} | pages

    found = {name for name in wheel.namelist() if not name.startswith("likeworth-")}
    site = {name for name in found if name.startswith(f"{SITE}/")}
    untracked = {name for name in found - expected - site if (ROOT / name).exists()}
    assert expected - found == set()
    assert found - expected - site - untracked == set()


def test_it_contains_the_site_of_this_source_and_not_one_that_was_built_before(
    wheel: zipfile.ZipFile, built: Path
) -> None:
    files = {one.relative_to(built).as_posix() for one in built.rglob("*") if one.is_file()}
    in_wheel = {name.removeprefix(f"{SITE}/") for name in wheel.namelist() if SITE in name}
    assert in_wheel == files
    for name in ("index.html", "errors.html", "assets/search.json"):
        assert wheel.read(f"{SITE}/{name}") == (built / name).read_bytes()


def test_a_build_without_the_generator_is_an_error_that_names_its_requirements(
    tmp_path: Path,
) -> None:
    (tmp_path / "infra" / "site").mkdir(parents=True)
    (tmp_path / "infra" / "__init__.py").touch()
    (tmp_path / "infra" / "site" / "__init__.py").touch()
    (tmp_path / "infra" / "site" / "__main__.py").write_text("import zensical_of_another_name\n")
    with pytest.raises(RuntimeError, match=r"requirements-docs\.txt(.|\n)*of_another_name"):
        build_site(tmp_path, tmp_path / "site")


def test_an_sdist_contains_what_the_build_of_its_wheel_needs(tmp_path: Path) -> None:
    """Builders make the wheel from the sdist, so it must have the generator's sources."""
    source = tmp_path / "source"
    build("sdist", ROOT, tmp_path)
    (archive,) = tmp_path.glob("*.tar.gz")
    shutil.unpack_archive(archive, source, filter="data")
    (root,) = source.iterdir()
    with build_wheel(root, tmp_path) as made:
        assert f"{SITE}/index.html" in made.namelist()


def test_version_and_dependencies_have_one_place(wheel: zipfile.ZipFile) -> None:
    (name,) = (one for one in wheel.namelist() if one.endswith("/METADATA"))
    metadata = message_from_bytes(wheel.read(name))
    (scripts,) = (one for one in wheel.namelist() if one.endswith("/entry_points.txt"))

    def plain(requirement: str) -> str:
        named = re.match(r"[\w.-]+", requirement)
        assert named is not None
        return named[0].lower()

    assert metadata["Version"] == __version__
    listed = metadata.get_all("Requires-Dist") or []
    required = {plain(one) for one in listed if "extra ==" not in one}
    assert {plain(one) for one in listed} - required == {"mcp"}
    assert required == {plain(one) for one in read_requirements(ROOT / "requirements-local.txt")}
    assert {"pydantic", "chalice"} <= required
    assert "likeworth = chalicelib.cli:main" in wheel.read(scripts).decode()


def test_an_installed_command_names_itself_and_estimates(installed: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.ndjson"
    lines = [
        {
            "kind": kind,
            "event_id": f"{kind}-{day}",
            "occurred_at": f"2026-03-{day:02d}T00:00:00Z",
            **rest,
        }
        for day in range(1, 29)
        for kind, rest in (
            ("engagement", {"channel": "facebook", "type": "like", "count": 5 + day % 3}),
            ("conversion", {"goal": "purchase", "count": 3}),
        )
    ]
    events.write_text("".join(json.dumps(line) + "\n" for line in lines))

    shown = subprocess.run(
        command(installed, "--help"), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    done = subprocess.run(
        command(installed, "estimate", str(events)), cwd=tmp_path, capture_output=True, check=True
    )

    assert shown.stdout.startswith("usage: likeworth ")
    assert json.loads(done.stdout)["roi"]["goal"] == "purchase"


def test_an_installed_service_has_dashboard_documentation_and_description(
    installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text("raise SystemExit('this is another app')")
    process = subprocess.Popen(
        command(installed, "serve", "--port", "0"),
        cwd=tmp_path,
        env=os.environ | {"XDG_STATE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+:\d+", line)
        assert found is not None, line
        connection = http.client.HTTPConnection(urlsplit(found[0]).netloc, timeout=60)
        answers = {}
        for path in ("/", "/docs", "/docs/errors", "/docs/assets/search.json", "/openapi.json"):
            connection.request("GET", path)
            response = connection.getresponse()
            answers[path] = response.read()
            assert (path, response.status, len(answers[path]) > 500) == (path, 200, True)
        for path in ("/docs", "/docs/errors"):
            assert b"assets/bundle." in answers[path], "the script of the site, with its search"
            assert b"plain.css" not in answers[path]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
