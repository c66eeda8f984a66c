"""docs/commands.md: every command and option, from the parser of the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from chalicelib.cli import build_parser
from infra.pages.markdown import code, filled, table

_CODE = re.compile(r"--[a-z-]+(?: DIR| TARGET)?(?!\w)|LIKEWORTH_[A-Z_]+|~/[\w./]+|[A-Z]+ /v1/\w+")


def commands_page() -> str:
    """docs/commands.md."""
    return filled("commands.md", {"commands": "\n\n".join(_commands(build_parser()))})


def _commands(parser: argparse.ArgumentParser, level: int = 2) -> Iterator[str]:
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        summaries = {one.dest: one.help or "" for one in action._choices_actions}
        for name, command in action.choices.items():
            title = command.prog.removeprefix("python -m chalicelib ")
            yield f"{'#' * level} {title}"
            yield _markdown(command.description or f"{_sentence(summaries[name])}.")
            yield from _usage(command)
            yield from _commands(command, level + 1)


def _usage(command: argparse.ArgumentParser) -> Iterator[str]:
    given = [one for one in command._actions if not isinstance(one, argparse._HelpAction)]
    plain = [one for one in given if not isinstance(one, argparse._SubParsersAction)]
    needed = [_written(one) for one in plain if one.required and one.option_strings]
    values = [_written(one) for one in plain if not one.option_strings]
    nested = ["ACTION"] if len(plain) < len(given) else []
    options = ["[OPTIONS]"] if any(one.option_strings and not one.required for one in plain) else []
    yield code(" ".join([command.prog, *needed, *options, *values, *nested]), "text")
    if plain:
        rows = ((f"`{_written(one)}`", _meaning(command, one)) for one in plain)
        yield table(("argument", "meaning"), rows)


def _written(action: argparse.Action) -> str:
    """An argument as it is typed."""
    value = action.metavar or (
        "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()
    )
    value = value if isinstance(value, str) else " ".join(value)
    if action.nargs == "+":
        value += "..."
    if not action.option_strings:
        return value
    if isinstance(action, argparse.BooleanOptionalAction):
        return ", ".join(action.option_strings)
    return (
        action.option_strings[-1] if action.nargs == 0 else f"{action.option_strings[-1]} {value}"
    )


def _meaning(command: argparse.ArgumentParser, action: argparse.Action) -> str:
    text = (action.help or "").replace("%%", "%")
    text = re.sub(r"%\((\w+)\)s", lambda name: str(getattr(action, name[1], "")), text)
    required = "required" if action.required and action.option_strings else ""
    return _markdown("; ".join(filter(None, (required, text))))


def _markdown(text: str) -> str:
    """Help text with options and variables marked as code."""
    parts = " ".join(text.split()).split("`")  # every second part is code already
    parts[::2] = [_CODE.sub(r"`\g<0>`", part) for part in parts[::2]]
    return "`".join(parts)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
