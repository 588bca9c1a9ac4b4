"""A new plan file: asked for, written, read back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from planeval.errors import InputError, PlanevalError, UsageError
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding
from planeval.model.plan import Plan
from planeval.model.spoken import spoken
from planeval.read.project import data_folder
from planeval.read.regions import read_regions
from planeval.read.yaml_file import load_model, load_yaml
from planeval.render.publish import write_file
from planeval.scaffold.conversation import Answered, Conversation
from planeval.scaffold.questions import Questions
from planeval.scaffold.writing import plan_text


class NewPlan:
    """The making of a plan file in the data folder ``data``, or at ``out`` where that is given.

    Raises:
        UsageError: there is no such data folder.
        InputError: places or dictionary cannot be read; ``out`` is there already.
    """

    def __init__(self, data: str, out: str | None) -> None:
        self._data, self._out = Path(data), out
        root = data_folder(data)
        if not root.is_dir():
            raise UsageError(say("read.no_data_folder", found=data))
        if out is not None and Path(out).exists():
            raise _there(Path(out))
        regions = read_regions(root / "regions.csv", "regions.csv")
        dictionary = spoken(load_model(root / "indicators.yaml", "indicators.yaml", Dictionary))
        self._root = root
        self._questions = Questions(dictionary, regions, self._in_the_way)

    def file(self, plan_id: str) -> Path:
        """Where the plan of that id is written."""
        return Path(self._out) if self._out is not None else self._root / "plans" / f"{plan_id}.yaml"

    def _in_the_way(self, plan_id: str) -> Path | None:
        there = self.file(plan_id)
        return there if there.exists() else None

    def ask(self, read: Callable[[str], str], show: Callable[[str], None]) -> dict[str, Any]:
        """The plan's facts, asked for line by line.

        Raises:
            UsageError: the answers end before the questions.
        """
        return Conversation(read, show).run(self._questions)

    def take(self, answers: str) -> dict[str, Any]:
        """The plan's facts from a file of answers.

        Raises:
            InputError: an answer is missing, cannot be used, or belongs to no question.
        """
        values, lines = load_yaml(Path(answers), answers)
        asker = Answered(values, lines, answers)
        facts = self._questions(asker)
        asker.require_all_used()
        return facts

    def write(self, facts: dict[str, Any]) -> Path:
        """Write the file of the plan ``facts``, whole, where none is, once it has been seen to read back as it was answered.

        Raises:
            InputError: a file is there already; PublishError: it cannot be written.
        """
        text, path = plan_text(facts), self.file(facts["id"])
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(folder) / path.name
            draft.write_text(text, encoding="utf-8")
            if load_model(draft, str(path), Plan) != Plan.model_validate(facts):
                raise PlanevalError(say("new_plan.not_round"))
        if path.exists():
            raise _there(path)
        write_file(path, text)
        return path


def _there(path: Path) -> InputError:
    message, remedy = say("new_plan.exists.message", file=path), say("new_plan.exists.remedy")
    return InputError(Finding(rule="plan_exists", message=message, remedy=remedy))
