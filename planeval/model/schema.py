"""The JSON Schema of ``evaluation.json``, made from the models: ``python -m planeval.model.schema``."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from planeval.model.evaluation import Evaluation

DIALECT = "https://json-schema.org/draft/2020-12/schema"  # the dialect pydantic writes


def evaluation_schema() -> dict[str, Any]:
    """The schema of ``evaluation.json`` as planeval writes it: every key is there, null where nothing can be said."""
    return {"$schema": DIALECT, **Evaluation.model_json_schema(mode="serialization")}


def schema_text() -> str:
    """The schema as the file ``docs/evaluation.schema.json`` holds it."""
    return json.dumps(evaluation_schema(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Print the schema as UTF-8, whatever the console's encoding."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print(schema_text(), end="")


if __name__ == "__main__":
    main()
