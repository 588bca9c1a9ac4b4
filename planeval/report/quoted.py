"""Chinese within a page of another language: names of sources, evidence of the ledger and whatever else is quoted."""

from __future__ import annotations

import re
from html import escape

from planeval.messages import LANGUAGES, language

_DEFAULT = next(iter(LANGUAGES))
_LETTER = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
# From the first Chinese character of a phrase to the last; figures and names between them belong to it.
_PHRASE = re.compile(rf"[{_LETTER}](?:[^;\n]*?[{_LETTER}])*")


def marked(text: str) -> str:
    """``text`` as HTML. On a page that is not in Chinese its Chinese phrases say so, for screen readers and fonts."""
    if text.isascii() or language() == _DEFAULT:
        return escape(text)
    found, end = [], 0
    for phrase in _PHRASE.finditer(text):
        found.append(escape(text[end : phrase.start()]))
        found.append(f'<span lang="{LANGUAGES[_DEFAULT]}">{escape(phrase[0])}</span>')
        end = phrase.end()
    return "".join([*found, escape(text[end:])])
