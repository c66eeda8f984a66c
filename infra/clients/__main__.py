"""Check the API description with two linters; generate clients in two languages and use both.

    make clients        (needs Node and npm)

Everything is written to ``build/clients``. The service is started with `serve`, as users do.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess  # runs npm's tools and the service, with fixed arguments  # nosec B404
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BUILD = ROOT / "build" / "clients"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
STARTED = re.compile(r"(http://127\.0\.0\.1:\d+).*?(lw_\S+)", re.DOTALL)


def run(*command: str | Path, **environment: str) -> None:
    """Run a command in the build directory; CalledProcessError if it fails."""
    print("$", *command[:1], *(str(one) for one in command[1:]), flush=True)
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    surroundings = os.environ | QUIET | {"PATH": tools} | environment
    subprocess.run(command, check=True, cwd=BUILD, env=surroundings)  # nosec B603


@contextlib.contextmanager
def served() -> Iterator[tuple[str, str]]:
    """A running service without data: its URL and an admin key.

    Raises
    ------
    RuntimeError
        If the service ends before it prints its address.
    """
    command = [sys.executable, "-m", "chalicelib", "serve", "--port", "0"]
    with subprocess.Popen(  # nosec B603
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        output = ""
        try:
            for line in process.stdout:
                output += line
                if found := STARTED.search(output):
                    yield found[1], found[2]
                    return
            raise RuntimeError(f"the service exited with {process.wait()}: {output}")
        finally:
            process.terminate()


def main() -> int:
    """Lint the description; generate, compile and use the clients."""
    BUILD.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "use.ts"):
        shutil.copy(HERE / name, BUILD / name)
    with served() as (url, _):
        answer = urllib.request.urlopen(f"{url}/openapi.json")  # nosec B310 - 127.0.0.1
        (BUILD / "openapi.json").write_bytes(answer.read())
    (BUILD / ".spectral.yaml").write_text('extends: ["spectral:oas"]\n', encoding="utf-8")
    run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
    run("npx", "redocly", "lint", "openapi.json", "--format=summary")
    run("npx", "spectral", "lint", "openapi.json", "--fail-severity=error")
    run("npx", "openapi-typescript", "openapi.json", "--output", "api.d.ts")
    strict = ("--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck")
    run("npx", "tsc", *strict, "--outDir", "compiled", "use.ts")
    (BUILD / "python.yml").write_text("package_name_override: likeworth_client\n", "utf-8")
    generator = Path(sys.executable).parent / "openapi-python-client"
    made = ("--output-path", "likeworth_client", "--overwrite")
    options = ("--path", "openapi.json", "--config", "python.yml", "--meta", "none", *made)
    run(generator, "generate", *options)
    with served() as (url, key):
        where = {"LIKEWORTH_URL": url, "LIKEWORTH_KEY": key}
        run("node", "compiled/use.js", **where)
        run(sys.executable, HERE / "use.py", **where, PYTHONPATH=str(BUILD))
    return 0


if __name__ == "__main__":
    sys.exit(main())
