"""``publish``: the site as a web server needs it, in a folder or a ZIP file."""

from __future__ import annotations

import argparse

from planeval.commands.arguments import OUT, add_language
from planeval.messages import say

EXAMPLE = "python pipeline.py publish --to site"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    name = say("publishing.metavar.to")
    parser.add_argument("--to", metavar=name, required=True, help=say("publishing.help.to"))
    # The site in all its languages, whichever of them the messages are in.
    folder = say("cli.metavar.dir")
    parser.add_argument("--out", metavar=folder, default=OUT, help=say("publishing.help.out"))
    add_language(parser)
    parser.add_argument("--allow-held-back", action="store_true", help=say("publishing.help.allow_held_back"))
    parser.add_argument("--quiet", action="store_true", help=say("publishing.help.quiet"))
    parser.add_argument("--json", action="store_true", help=say("publishing.help.json"))


def main(options: argparse.Namespace) -> int:
    """Publish, and say what was published; or why not."""
    import json
    import sys
    from dataclasses import asdict
    from pathlib import Path

    from planeval.messages.numbers import number
    from planeval.stages.publish import NotPublishable, publish

    try:
        done = publish(Path(options.out), Path(options.to), allow_held_back=options.allow_held_back)
    except NotPublishable as error:
        if options.json:
            print(json.dumps({"published": False, "problems": error.problems}, ensure_ascii=False, indent=1))
        raise
    options.status = 0  # even if nobody hears of it
    if options.json:
        print(json.dumps({"published": True, "to": options.to, **asdict(done)}, ensure_ascii=False, indent=1))
    elif not options.quiet:
        size = number(round(done.bytes / 1e6, 1), 1)
        print(
            say(
                "publishing.done",
                pages=number(done.pages),
                files=number(done.files),
                size=size,
                to=options.to,
            )
        )
        if done.left_out:
            shown = say("publishing.join").join(done.left_out[:3])
            print(say("publishing.left_out", n=number(len(done.left_out)), files=shown))
    if done.held_back and not options.json:
        shown = say("publishing.join").join(done.held_back[:20])
        print(say("publishing.with_held", n=number(len(done.held_back)), reports=shown), file=sys.stderr)
    return 0
