"""The descriptor of the downloads: a Frictionless data package (specs.frictionlessdata.io), for programs.

What is not known is left out: a licence and an author are not for a program to state.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from planeval.messages import language, say
from planeval.site.download_fields import CODES, NO, YES, Field

NAME = "planeval"


class Resource(NamedTuple):
    """A file: its size, its SHA-256, and its columns if it is a table of text."""

    path: str
    bytes: int
    hash: str
    rows: int | None = None
    fields: tuple[Field, ...] = ()


MEDIA_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def datapackage(resources: Iterable[Resource]) -> str:
    """``datapackage.json`` over these files, which lie beside it."""
    document = {
        "profile": "data-package",
        "name": NAME,
        "title": say("downloads.package_title"),
        "description": say("downloads.package_description"),
        "languages": [language()],
        "resources": [_resource(resource) for resource in resources],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _resource(resource: Resource) -> dict[str, Any]:
    stem, _, form = resource.path.rpartition(".")
    own: dict[str, Any] = {
        "profile": "tabular-data-resource" if resource.fields else "data-resource",
        "name": stem,
        "path": resource.path,
        "title": say(f"downloads.file.{form}.{stem}.title"),
        "description": say(f"downloads.file.{form}.{stem}.text"),
        "format": form,
        "mediatype": MEDIA_TYPES[form],
        "bytes": resource.bytes,
        "hash": f"sha256:{resource.hash}",
    }
    if form != "xlsx":
        own["encoding"] = "utf-8"
    if resource.fields:
        own["dialect"] = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "header": True}
        own["schema"] = {"fields": [_field(f) for f in resource.fields], "missingValues": [""]}
    return own


def _field(field: Field) -> Mapping[str, Any]:
    own: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "title": field.title,
        "description": field.text,
    }
    if field.type == "boolean":
        own |= {"trueValues": [YES], "falseValues": [NO]}
    if field.name in CODES:
        own["constraints"] = {"enum": list(CODES[field.name])}
    return own
