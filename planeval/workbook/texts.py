"""Texts from files of other programs, brought into a form that can be compared, stored and used as a name."""

from __future__ import annotations

import re
import unicodedata

# A name of a file may have 255 bytes on most systems; what is put before and behind a stem needs some of them.
_LONGEST_STEM = 180


def squeezed(text: str) -> str:
    """A name or heading without line breaks and the spaces that offices put between characters to make columns even,
    with full-width letters as plain ones."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def plain_breaks(text: str) -> str:
    """``text`` with each line break as one LF: a CR alone ends a row for some readers of CSV and for others it does not."""
    return re.sub(r"\r\n?", "\n", text)


def shortened(stem: str) -> str:
    """The stem of a file's name, cut between characters to a length that leaves room for an ending and a number."""
    return stem.encode("utf-8")[:_LONGEST_STEM].decode("utf-8", "ignore")
