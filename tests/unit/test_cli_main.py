"""The command line as a whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.cli import COMMANDS, build_parser, main

ROOT = Path(__file__).resolve().parents[2]


def test_every_command_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    listed = capsys.readouterr().out
    assert all(f"    {command}" in listed for command in COMMANDS)


@pytest.mark.parametrize("arguments", [[], ["sevre"], ["keys"], ["serve", "--port", "x"]])
def test_wrong_usage_exits_with_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_every_command_sets_a_function_to_run() -> None:
    parser = build_parser()
    for arguments in (["serve"], ["demo"], ["keys", "create", "--tenant", "a", "--role", "read"]):
        assert callable(parser.parse_args(arguments).run)


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        ("['keys', 'create', '--tenant', 'acme', '--role', 'read', '--data', DIR]", "numpy boto3"),
        ("['serve', '--port', '70000']", "numpy botocore cheroot"),
    ],
)
def test_a_command_imports_only_what_it_needs(
    arguments: str, unwanted: str, tmp_path: Path
) -> None:
    program = f"""
import sys
DIR = {str(tmp_path)!r}
from chalicelib.cli import main
try:
    main({arguments})
except SystemExit:
    pass
loaded = [name for name in {unwanted!r}.split() if name in sys.modules]
sys.exit(f"loaded {{loaded}}" if loaded else 0)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
