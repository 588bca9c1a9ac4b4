"""How the names of places sound, so that readers can look for 马尾 by typing ``mawei`` or ``mw``.

Two readings serve each name. *Character by character* needs one small table for the whole page. *As a phrase* is what
pypinyin's phrase data know of names whose characters have several readings (重庆 is ``chong qing``, not ``zhong qing``)
and is given only where it differs. Either finds the place: the phrase data take 马尾 for a horse's tail, ``ma yi``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Readings:
    """``characters`` maps each Chinese character to its usual syllable; ``phrases`` a name to its syllables, separated
    by spaces, where they are not those of its characters. No tones; ü is ``v``.
    """

    characters: Mapping[str, str]
    phrases: Mapping[str, str]

    def table(self) -> str:
        """``characters`` in short: each syllable with its characters, as in ``ma马麻 wei尾``."""
        sounding: dict[str, list[str]] = {}
        for character, syllable in sorted(self.characters.items()):
            sounding.setdefault(syllable, []).append(character)
        return " ".join(syllable + "".join(own) for syllable, own in sorted(sounding.items()))


def readings(names: Iterable[str], store: Path | None = None) -> Readings:
    """The readings of ``names``.

    ``store`` is a file in which they are kept from one time to the next: the library and its dictionaries take half a
    second for the names of a nation, which a run that renews one report need not spend. What cannot be read or
    written there is worked out again.
    """
    wanted = {name for name in names if not name.isascii()}
    release = version("pypinyin")
    kept = _kept(store, release)
    characters, phrases = kept["characters"], kept["phrases"]
    new = wanted - phrases.keys()
    if new:
        from pypinyin import lazy_pinyin

        for name in sorted(new):
            phrases[name] = " ".join(lazy_pinyin(name, errors="ignore"))
        for character in sorted(set("".join(new)) - characters.keys()):
            characters[character] = "".join(lazy_pinyin(character, errors="ignore"))
        if store is not None:
            document = {"pypinyin": release, "characters": characters, "phrases": phrases}
            with suppress(OSError):
                store.parent.mkdir(parents=True, exist_ok=True)
                store.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    used = {c: characters[c] for c in set("".join(wanted)) if _is_syllable(characters.get(c, ""))}
    told = {}
    for name in wanted:
        spelt = " ".join(used[c] for c in name if c in used)
        if phrases[name] != spelt:
            told[name] = phrases[name]
    return Readings(used, told)


def _is_syllable(text: str) -> bool:
    """Whether it can be typed: a few rare characters sound like ``ê``, most signs like nothing."""
    return text.isascii() and text.isalpha()


def _kept(store: Path | None, release: str) -> dict[str, Any]:
    """What the last time left, where it was the same release."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        if store is not None:
            document = json.loads(store.read_bytes())
            parts = {key: dict(document[key]) for key in ("characters", "phrases")}
            texts = [text for part in parts.values() for pair in part.items() for text in pair]
            if document["pypinyin"] == release and all(isinstance(text, str) for text in texts):
                return parts
    return {"characters": {}, "phrases": {}}
