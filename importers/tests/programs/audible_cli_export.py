"""Has audible-cli's own export command write a library that is given as Audible's JSON.

Only the question to Audible is replaced: what is written, and how, is the program's own doing.
Arguments: the JSON file, the folder for library.tsv, library.csv and library.json.
"""

import contextlib
import json
import pathlib
import sys

from audible_cli import decorators
from audible_cli.cmds import cmd_library
from audible_cli.models import Library
from click.testing import CliRunner

answer = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
folder = pathlib.Path(sys.argv[2])


class Nobody:
    """A client that asks nobody."""

    session = contextlib.AsyncExitStack()


async def given_library(session, client, resolve_podcasts):
    return Library(answer, client)


cmd_library._get_library = given_library
decorators.Session.get_client = lambda self, **_: Nobody()

for form in ("tsv", "csv", "json"):
    output = folder / f"library.{form}"
    arguments = ["export", "--format", form, "--output", str(output)]
    done = CliRunner().invoke(cmd_library.cli, arguments, catch_exceptions=False)
    if done.exit_code != 0 or not output.exists():
        sys.exit(f"{form}: {done.output}")
