"""Published reports for the tests of ``verify``: made once, then copied and altered as somebody might."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from command_run import pipeline

from planeval.model.evaluation import Kind
from planeval.verify.embedded import Inputs, inputs_in, pack
from planeval.verify.packing import ELEMENT


@cache
def _reports(lang: str) -> dict[tuple[str, Kind], dict[str, bytes]]:
    """Every report of the shipped data, made by the command as a user makes them."""
    with TemporaryDirectory() as folder:
        kinds = [kind.value for kind in Kind]
        done = pipeline("report", "--kind", *kinds, "--out", folder, "--lang", lang, "--quiet")
        assert done.returncode == 0, done.stdout + done.stderr
        pages = [page for kind in kinds for page in Path(folder).glob(f"*/{kind}/index.html")]
        return {
            (page.parent.parent.name, Kind(page.parent.name)): {
                file.name: file.read_bytes() for file in page.parent.iterdir()
            }
            for page in pages
        }


def report_files(plan: str, kind: Kind, lang: str = "zh") -> dict[str, bytes]:
    """The files of a report of the shipped data."""
    return _reports(lang)[plan, kind]


def published(folder: Path, plan: str = "mawei", kind: Kind = Kind.MIDTERM, lang: str = "zh") -> Path:
    """A report's folder ``<folder>/<plan>/<kind>``."""
    target = folder / plan / kind.value
    target.mkdir(parents=True)
    for name, content in report_files(plan, kind, lang).items():
        (target / name).write_bytes(content)
    return target


def alter(file: Path, old: str, new: str, *, count: int = 1) -> None:
    """Replace ``old``, which stands ``count`` times in a file, by ``new`` the first time."""
    text = file.read_bytes().decode("utf-8")
    assert text.count(old) == count, text.count(old)
    file.write_bytes(text.replace(old, new, 1).encode("utf-8"))


def repack(page: Path, change: Callable[[Inputs], Inputs]) -> None:
    """Alter what a page carries, and pack it again."""
    text = page.read_text(encoding="utf-8")
    packed = pack(change(inputs_in(text)))
    page.write_text(re.sub(rf'(id="{ELEMENT}">)[^<]*', rf"\g<1>{packed}", text), encoding="utf-8")
