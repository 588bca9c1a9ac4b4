"""What stands on a report's page around what was computed: title, switch and foot, links, and the code of its cells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

from planeval.messages import say
from planeval.read.project import project_root
from planeval.render.html import code_shown
from planeval.render.page import frame
from planeval.render.scan import scan
from planeval.site.frame import FILES, PAGES, environment
from planeval.verify.difference import Difference
from planeval.verify.page import Shown
from planeval.verify.sources import PAGE

# The cell that tells a report's notebook what to make (`planeval.stages.report.parameters_of`), on one line.
_PARAMETERS = re.compile(
    r"# Parameters(?: (?:plan|as_of|data|validation|lang|vintage) = (?:None|[0-9]+|\"[^\"]*\"))*"
)


def framed(title: str, body: str) -> str:
    """The page with this ``body`` as the report's template frames it, without links, code and styles."""
    page = frame(title, footer=[say("page.generated")])
    # mypy takes a template's module for one without names.
    macros = environment().get_template("frame.html.j2").module
    switch = (
        f'<input type="checkbox" id="show-code"><label for="show-code">{page["words"]["show_code"]}</label>'
    )
    head, header, footer = (getattr(macros, name)(page) for name in ("head", "header", "footer"))
    return f"{head}{header}<main><h1>{title}</h1>{switch}{body}</main>{footer}"


def surplus(found: Shown, expected: str) -> Iterator[Difference]:
    """Texts of links and blocks of code that no report of planeval has. ``expected``: the page as it would be made."""
    titles = [say(f"nav.{name}") for name in PAGES] + [say(f"page.file.{name}") for name in FILES]
    titles += [say(f"page.{name}") for name in ("place", "site_name", "contents")]
    titles += [heading.text for heading in scan(expected).headings]
    known = {_spaced(title) for title in titles}
    for text in found.links:
        if text not in known:
            yield Difference(PAGE, (say("verify.links"),), text, None)
    for text in found.code:
        if text not in _cells() and not _PARAMETERS.fullmatch(text):
            yield Difference(PAGE, (say("verify.code"),), text, None)


@cache
def _cells() -> frozenset[str]:
    """The code of every cell of the project's notebooks, as pages show it."""
    files = sorted((project_root() / "notebooks").glob("*.ipynb"))
    cells = (cell for file in files for cell in json.loads(file.read_text(encoding="utf-8"))["cells"])
    return frozenset(
        _spaced(code_shown("".join(cell["source"]))) for cell in cells if cell["cell_type"] == "code"
    )


def _spaced(text: str) -> str:
    return " ".join(text.split())
