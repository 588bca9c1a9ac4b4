"""Opening a workbook that somebody sent: whatever is no plain .xlsx, or would harm the machine that opens it, is refused
with what was found, what was expected and what to do.

The order matters: nothing is unpacked before its packed size is known, nothing parsed before it was unpacked once
within limits, and what openpyxl reads are the very bytes that were looked at.
"""

from __future__ import annotations

import io
import stat
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from planeval.errors import InputError, closest
from planeval.messages import say
from planeval.model.findings import Finding
from planeval.workbook.package import MEGABYTE, Unsafe, check_areas, check_package, kind_of

if TYPE_CHECKING:
    from openpyxl import Workbook

# A filled-in workbook of a province has less than 2 MB.
MOST_BYTES = 50 * MEGABYTE
MACRO_ENDINGS = (".xlsm", ".xltm", ".xlam")


def open_safely(path: Path) -> Workbook:
    """The workbook of ``path`` with its formulas as formulas (never the values stored beside them) and no links.

    Raises:
        InputError: missing, unreadable, too large, no .xlsx, protected by a password, with macros or links to other
            files, damaged, or made to fill the memory.
    """
    return opened(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """The bytes of the file, if they are not too many.

    Raises:
        InputError: there is no such file, it cannot be read, or it is too large.
    """
    try:
        told = path.stat()
        if stat.S_ISDIR(told.st_mode):
            raise refused("folder", path)
        if not stat.S_ISREG(told.st_mode):  # to read a device or pipe may take for ever
            raise refused("not_a_file", path)
        size, raw = told.st_size, b""
        if size <= MOST_BYTES:
            with path.open("rb") as file:
                raw = file.read(MOST_BYTES + 1)
        size = max(size, len(raw))
        if size > MOST_BYTES:
            raise refused("too_large", path, found=_megabytes(size), expected=_megabytes(MOST_BYTES))
        return raw
    except FileNotFoundError:
        raise refused("missing", path, hint=_near(path)) from None
    except OSError as error:
        raise refused("unreadable", path, found=error.strerror or str(error)) from None


def opened(raw: bytes, path: Path) -> Workbook:
    """The workbook in the bytes ``raw`` of ``path``.

    Raises:
        InputError: as `open_safely`.
    """
    from openpyxl import load_workbook

    kind = kind_of(raw)
    if kind in ("encrypted", "old", "empty"):
        raise refused(kind, path)
    if path.suffix.lower() in MACRO_ENDINGS:
        raise refused("macros", path, found=path.suffix.lower())
    if kind not in ("xlsx", "damaged"):
        remedy = "csv" if kind == "csv" else "other"
        raise refused("other", path, remedy=remedy, found=say(f"workbook.kind.{kind}"))
    try:
        check_package(raw)
        with warnings.catch_warnings():
            # What openpyxl does not know (extensions of other programs) is of no concern here.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(raw), keep_links=False)
        check_areas([sheet.calculate_dimension() for sheet in book.worksheets])
    except Unsafe as error:
        raise refused(error.rule, path, **error.params) from None
    except Exception:
        # Damaged files make zipfile, the XML parser and openpyxl fail in every imaginable way.
        raise refused("damaged", path) from None
    return book


def refused(rule: str, path: Path, remedy: str = "", **params: str) -> InputError:
    """The error that refuses ``path``: ``workbook.refused.<rule>``."""
    return InputError(
        Finding(
            rule=f"workbook_{rule}",
            file=str(path),
            message=say(f"workbook.refused.{rule}.message", **params),
            remedy=say(f"workbook.refused.{remedy or rule}.remedy", **params),
            found=params.get("found"),
            expected=params.get("expected"),
        )
    )


def _near(path: Path) -> str:
    try:
        # By stems: any two workbooks share their ending.
        names = {o.stem: o.name for o in path.absolute().parent.iterdir() if o.is_file()}
    except OSError:
        return ""
    near = closest(path.stem, names, cutoff=0.7)
    return say("read.did_you_mean", name=names[near]) if near else ""


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.0f} MB"
