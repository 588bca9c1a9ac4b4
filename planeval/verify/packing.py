"""The element of a page that holds its inputs: JSON, compressed (gzip, without time and name), in base64.

A fifth of the room of the JSON, no sign in it that HTML reads, the same bytes for the same inputs. Light to import.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import zlib

ELEMENT = "planeval-inputs"
_TEXT = re.compile(rf'<script type="application/gzip" id="{ELEMENT}">([^<]*)</script>'.encode())
# Of a page that is damaged on purpose: what its inputs may unpack to.
_LARGEST = 64 << 20


def packed(plain: bytes) -> str:
    """The text of the element that holds ``plain``."""
    return base64.b64encode(gzip.compress(plain, compresslevel=6, mtime=0)).decode("ascii")


def unpacked(text: str | bytes) -> bytes:
    """What `packed` packed.

    Raises:
        ValueError: the text is damaged, or holds too much.
    """
    try:
        raw = base64.b64decode(
            b"".join((text.encode() if isinstance(text, str) else text).split()), validate=True
        )
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
            plain = stream.read(_LARGEST + 1)
    except (binascii.Error, OSError, EOFError, zlib.error) as error:
        raise ValueError(str(error)) from None
    if len(plain) > _LARGEST:
        raise ValueError(f"> {_LARGEST >> 20} MB")
    return plain


def texts_in(page: bytes) -> list[bytes]:
    """The texts of such elements in a page: one in a report's."""
    return _TEXT.findall(page)


def carried_by(page: bytes) -> bytes:
    """What all such elements of a page hold, one after the other; of damaged ones nothing."""
    found = []
    for text in texts_in(page):
        try:
            found.append(unpacked(text))
        except ValueError:
            continue
    return b"\n".join(found)
