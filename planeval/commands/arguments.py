"""Arguments that several commands share."""

from __future__ import annotations

import argparse

from planeval.messages import say

KINDS = ("annual", "midterm", "final")
ENGINES = ("planeval", "kernel")
OUT = "reports"
FORMATS = ("html", "docx", "pdf")
LANGUAGES = ("zh", "en")
# What a command that has no such option goes by.
DEFAULTS: dict[str, object] = {
    "plan": [],
    "kind": [],
    "as_of": None,
    "vintage": "",
    "jobs": None,
    "scheduler": None,
    "engine": ENGINES[0],
    "format": FORMATS[:1],
    "lang": LANGUAGES[0],
    "force": False,
    "dry_run": False,
    "explain": False,
    "quiet": False,
    "json": False,
}


def _kind(text: str) -> str:
    """A kind of report; argparse's own complaint would be English and without the closest name."""
    if text in KINDS:
        return text
    from planeval.errors import hint

    raise argparse.ArgumentTypeError(say("read.unknown_kind", found=text, hint=hint(text, KINDS)))


def year_of(text: str) -> int:
    """A year of four digits."""
    if len(text) == 4 and text.isascii() and text.isdigit():
        return int(text)
    raise argparse.ArgumentTypeError(say("read.as_of_not_a_year", found=text))


def _jobs(text: str) -> int:
    """How many processes: a whole number from 1."""
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(say("cli.jobs_not_a_number", found=text))


def _engine(text: str) -> str:
    """An engine by its name."""
    if text in ENGINES:
        return text
    from planeval.errors import hint

    raise argparse.ArgumentTypeError(say("cli.unknown_engine", found=text, hint=hint(text, ENGINES)))


def _formats(text: str) -> tuple[str, ...]:
    """Formats by their names, separated by commas; HTML, which the site is made of, always among them."""
    asked = [name.strip() for name in text.split(",") if name.strip()]
    for name in asked:
        if name not in FORMATS:
            from planeval.errors import hint

            raise argparse.ArgumentTypeError(say("cli.unknown_format", found=name, hint=hint(name, FORMATS)))
    return tuple(name for name in FORMATS if name == FORMATS[0] or name in asked)


def _language(text: str) -> str:
    """A language by its code."""
    if text in LANGUAGES:
        return text
    from planeval.errors import hint

    raise argparse.ArgumentTypeError(say("cli.unknown_language", found=text, hint=hint(text, LANGUAGES)))


def _scheduler(text: str) -> str:
    """The address of a Dask scheduler."""
    if text.startswith(("tcp://", "tls://")) and text.rpartition(":")[2].isdigit():
        return text
    raise argparse.ArgumentTypeError(say("cli.bad_scheduler", found=text))


def add_data(parser: argparse.ArgumentParser) -> None:
    """``--data DIR``."""
    name = say("cli.metavar.dir")
    parser.add_argument("--data", metavar=name, default="data", help=say("cli.help.data"))


def add_out(parser: argparse.ArgumentParser) -> None:
    """``--out DIR``, ``--lang LANGUAGE``."""
    name = say("cli.metavar.dir")
    parser.add_argument("--out", metavar=name, default=None, help=say("cli.help.out"))
    add_language(parser)


def add_language(parser: argparse.ArgumentParser) -> None:
    """``--lang LANGUAGE``: may stand before the command or after it."""
    name = say("cli.metavar.language")
    parser.add_argument(
        "--lang", metavar=name, type=_language, default=LANGUAGES[0], help=say("cli.help.lang")
    )


def default_out(lang: str, vintage: str = "") -> str:
    """Where a site lies when nobody says otherwise: the English one within the Chinese one, one of an earlier day apart."""
    out = f"{OUT}/vintages/{vintage}" if vintage else OUT
    return out if lang == LANGUAGES[0] else f"{out}/{lang}"


def day(text: str) -> str:
    """The last day of a date; argparse hands the default over as well."""
    from planeval.errors import UsageError
    from planeval.read.vintage import last_day

    try:
        return last_day(text) if text else ""
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_vintage(parser: argparse.ArgumentParser) -> None:
    """``--vintage DATE``."""
    parser.add_argument(
        "--vintage", metavar=say("cli.metavar.date"), type=day, default="", help=say("cli.help.vintage")
    )


def add_offline(parser: argparse.ArgumentParser) -> None:
    """``--offline``."""
    parser.add_argument("--offline", action="store_true", help=say("database.help.offline"))


def add_format(parser: argparse.ArgumentParser) -> None:
    """``--format html,docx,pdf``."""
    parser.add_argument(
        "--format",
        metavar=say("cli.metavar.formats"),
        type=_formats,
        default=FORMATS[:1],
        help=say("cli.help.format"),
    )


def add_selection(parser: argparse.ArgumentParser) -> None:
    """``--plan ID ...``, ``--kind KIND ...``, ``--as-of YEAR``."""
    parser.add_argument(
        "--plan",
        metavar=say("cli.metavar.id"),
        nargs="+",
        action="extend",
        default=[],
        help=say("cli.help.plan"),
    )
    parser.add_argument(
        "--kind",
        metavar=say("cli.metavar.kind"),
        type=_kind,
        nargs="+",
        action="extend",
        default=[],
        help=say("cli.help.kind"),
    )
    add_as_of(parser)


def add_as_of(parser: argparse.ArgumentParser) -> None:
    """``--as-of YEAR``."""
    parser.add_argument(
        "--as-of", metavar=say("cli.metavar.year"), type=year_of, default=None, help=say("cli.help.as_of")
    )


def add_kind(parser: argparse.ArgumentParser, help: str) -> None:
    """``--kind KIND`` of a command about one report; the mid-term where nothing is said."""
    parser.add_argument("--kind", metavar=say("cli.metavar.kind"), type=_kind, default="midterm", help=help)


def add_work(parser: argparse.ArgumentParser) -> None:
    """``--force``, ``--engine NAME``, ``--quiet``, ``--json``."""
    parser.add_argument("--force", action="store_true", help=say("cli.help.force"))
    parser.add_argument(
        "--engine",
        metavar=say("cli.metavar.name"),
        type=_engine,
        default=ENGINES[0],
        help=say("cli.help.engine"),
    )
    parser.add_argument("--quiet", action="store_true", help=say("cli.help.quiet"))
    parser.add_argument("--json", action="store_true", help=say("cli.help.json"))


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """``--jobs N``."""
    name = say("cli.metavar.n")
    parser.add_argument("--jobs", metavar=name, type=_jobs, default=None, help=say("cli.help.jobs"))


def add_batch(parser: argparse.ArgumentParser) -> None:
    """``--jobs N``, ``--scheduler ADDRESS``, ``--dry-run``, ``--explain``."""
    add_jobs(parser)
    parser.add_argument(
        "--scheduler",
        metavar=say("cli.metavar.address"),
        type=_scheduler,
        default=None,
        help=say("cli.help.scheduler"),
    )
    parser.add_argument("--dry-run", action="store_true", help=say("cli.help.dry_run"))
    parser.add_argument("--explain", action="store_true", help=say("cli.help.explain"))
