"""The command line: one module a command, heavy imports only where a command runs.

Exit status: 0 everything asked for was published; 1 something was held back or failed; 2 wrong use.
"""

from __future__ import annotations

import argparse
import importlib
import io
import itertools
import keyword
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from planeval import __version__
from planeval.commands.argparse_words import Formatter, complaint
from planeval.commands.arguments import DEFAULTS, add_language, add_offline, default_out
from planeval.messages import LANGUAGES, language, say, speak

# In the order of an analyst's year.
COMMANDS = (
    "run",
    "template",
    "import",
    "validate",
    "compute",
    "report",
    "site",
    "publish",
    "explain",
    "verify",
    "diff",
    "new-plan",
    "check-plan",
    "method",
)


# Those that read observations: before they begin, databases are read anew, unless --offline says otherwise.
READ_OBSERVATIONS = frozenset(COMMANDS) - {"site", "publish", "method"}


class _Parser(argparse.ArgumentParser):
    """argparse in the language that is spoken, whose complaint comes with an example."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(formatter_class=Formatter, **settings)
        self._positionals.title = say("cli.positional")
        self._optionals.title = say("cli.optional")

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        lines = [say("cli.usage_error", message=complaint(message))]
        if self.epilog:
            lines.append(self.epilog)
        self.exit(2, "\n".join(lines) + "\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command."""
    parser = _Parser(
        prog="pipeline.py", description=say("cli.description"), epilog=say("cli.epilog"), add_help=False
    )
    parser.add_argument("-h", "--help", action="help", help=say("cli.help.help"))
    parser.add_argument("--version", action="version", version=__version__, help=say("cli.help.version"))
    add_language(parser)
    commands = parser.add_subparsers(dest="command", metavar=say("cli.metavar.command"), required=True)
    for name in COMMANDS:
        module = importlib.import_module(f"planeval.commands.{_module(name)}")
        own = commands.add_parser(
            name,
            help=say(f"cli.command.{name}.help"),
            description=say(f"cli.command.{name}.description"),
            epilog=say("cli.example", text=module.EXAMPLE),
            add_help=False,
        )
        own.add_argument("-h", "--help", action="help", help=say("cli.help.help"))
        module.add_arguments(own)
        if name in READ_OBSERVATIONS:
            add_offline(own)
        own.add_argument("--debug", action="store_true", help=say("cli.help.debug"))
        own.set_defaults(
            main=module.main, **{k: v for k, v in DEFAULTS.items() if own.get_default(k) is None}
        )
    return parser


def _module(command: str) -> str:
    """The module of a command: ``new_plan`` of new-plan, ``import_`` of import."""
    name = command.replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def _language(words: Sequence[str]) -> str:
    """The language asked for, known before the parser is made, whose own texts are in it too."""
    asked = [after for word, after in itertools.pairwise(words) if word == "--lang"]
    asked += [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    return asked[-1] if asked and asked[-1] in LANGUAGES else next(iter(LANGUAGES))


def _tell_nobody() -> None:
    """Whoever read what is printed has gone (``| head``): what is left to say must not fail when Python ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


@contextmanager
def _databases_read(options: argparse.Namespace) -> Iterator[None]:
    """For a command that reads observations: first those in databases, into the data folder."""
    if "offline" not in options or options.data is None:  # verify asks for no data unless told to
        yield
        return
    from planeval.database.snapshot import renewed
    from planeval.read.project import data_folder

    with renewed(data_folder(options.data), options.offline) as told:
        for line in told if not (options.quiet or options.json) else ():
            print(line)
        yield


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and run; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A console in another encoding must not turn a Chinese message into a traceback.
            stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
    words = sys.argv[1:] if arguments is None else list(arguments)
    speak(_language(words))
    options = build_parser().parse_args(words)
    options.lang = language()  # wherever it stands among the words
    if getattr(options, "out", "") is None:
        options.out = default_out(options.lang, options.vintage)

    from planeval.errors import PlanevalError, UsageError

    try:
        with _databases_read(options):
            return int(options.main(options))
    except UsageError as error:
        if options.debug:
            raise
        print(error, file=sys.stderr)
        return 2
    except PlanevalError as error:
        if options.debug:
            raise
        print(error, file=sys.stderr)
        print(say("cli.next", command=shlex.join(["python", "pipeline.py", *words])), file=sys.stderr)
        return 1
    except BrokenPipeError:
        _tell_nobody()
        return int(getattr(options, "status", 1))
    except KeyboardInterrupt as stop:
        print(str(stop) or say("cli.interrupted"), file=sys.stderr)
        return 130
    except Exception as error:
        if options.debug:
            raise
        print(say("cli.unexpected", error=f"{type(error).__name__}: {error}"), file=sys.stderr)
        return 1
