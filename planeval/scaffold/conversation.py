"""Questions and answers, from the keyboard or from a file, with a way back.

The questions are asked by a script, an ordinary function that calls `Conversation.ask`. To go back one step the script is
run again from its beginning, and all answers but the last are given to it silently; so a script needs no state of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from planeval.errors import InputError, UsageError, hint
from planeval.messages import say
from planeval.model.findings import Finding
from planeval.read.yaml_file import Lines, Location, line_of

T = TypeVar("T")
Check = Callable[[str], T]  # the answer as a value; raises Wrong with the reason


class Wrong(ValueError):
    """An answer that cannot be used; the text says why."""


class Asker(Protocol):
    """Where answers come from."""

    def ask(self, at: Location, prompt: str, check: Check[T], default: str | None) -> T:
        """The checked answer to the question called ``at``. ``default`` is taken where nothing is answered; None: an
        answer is needed."""

    def more(self, at: Location, number: int, prompt: str, least: int) -> bool:
        """Whether the list called ``at``, which has ``number`` entries and needs ``least``, gets another one."""

    def tell(self, text: str) -> None:
        """Say something that needs no answer."""


class _Back(Exception):
    """One step back."""


class Conversation:
    """Answers typed by somebody; ``read`` shows a prompt and returns a line, ``show`` prints one."""

    def __init__(self, read: Callable[[str], str], show: Callable[[str], None]) -> None:
        self._read, self._show = read, show
        self._answers: list[str] = []
        self._at = 0

    def run(self, script: Callable[[Asker], T]) -> T:
        """The script's result.

        Raises:
            UsageError: the answers ended before the questions.
        """
        while True:
            self._at = 0
            try:
                return script(self)
            except _Back:
                del self._answers[-1:]
                self._show(say("new_plan.went_back"))

    def ask(self, at: Location, prompt: str, check: Check[T], default: str | None = None) -> T:
        """As `Asker.ask`; asks again until the answer can be used."""
        if self._at < len(self._answers):
            text = self._answers[self._at]
            self._at += 1
            return check(text)
        while True:
            text = self._line(_with_default(prompt, default))
            if text == "" and default is None:
                self._show(say("new_plan.needed"))
                continue
            try:
                value = check(text or default or "")
            except Wrong as why:
                self._show(say("new_plan.wrong", why=why))
                continue
            self._answers.append(text or default or "")
            self._at += 1
            return value

    def more(self, at: Location, number: int, prompt: str, least: int) -> bool:
        """As `Asker.more`."""
        return True if number < least else self.ask(at, prompt, yes_or_no, say("new_plan.no"))

    def tell(self, text: str) -> None:
        """As `Asker.tell`; not said again while going back."""
        if self._at == len(self._answers):
            self._show(text)

    def _line(self, prompt: str) -> str:
        try:
            text = self._read(prompt).strip()
        except EOFError:
            raise UsageError(
                say(
                    "new_plan.ended",
                    question=prompt.strip().splitlines()[0].rstrip(say("new_plan.prompt", text="")),
                )
            ) from None
        if text.lower() in (say("new_plan.back"), "<"):
            raise _Back
        return text


class Answered:
    """Answers that stand in a file: ``values`` under the names of the questions, ``lines`` where each stands."""

    def __init__(self, values: Any, lines: Lines, file: str) -> None:
        self._values, self._lines, self._file = values, lines, file
        self._used: set[Location] = set()

    def ask(self, at: Location, prompt: str, check: Check[T], default: str | None = None) -> T:
        """As `Asker.ask`.

        Raises:
            InputError: a needed answer is missing, or one cannot be used.
        """
        value = self._value(at)
        if value is None and default is None:
            raise self._wrong("missing", at, question=prompt.splitlines()[0])
        if isinstance(value, dict | list):
            raise self._wrong("nested", at)
        self._used.add(at)
        try:
            return check(_typed(value) if value is not None else default or "")
        except Wrong as why:
            raise self._wrong("bad", at, found=_typed(value), why=str(why)) from None

    def more(self, at: Location, number: int, prompt: str, least: int) -> bool:
        """As `Asker.more`: as many as stand in the file."""
        listed = self._value(at)
        if listed is not None and not isinstance(listed, list):
            raise self._wrong("not_a_list", at)
        return number < max(least, len(listed or ()))

    def tell(self, text: str) -> None:
        """Nobody listens."""

    def require_all_used(self) -> None:
        """Make sure that every answer has met its question.

        Raises:
            InputError: an answer has a name that no question has.
        """
        leaves = [at for at in self._lines if at and not isinstance(self._value(at), dict | list)]
        asked = sorted({str(at[-1]) for at in self._used})
        unknown = [at for at in leaves if at not in self._used]
        if unknown:
            raise InputError(*(self._finding("unknown", at, hint=hint(str(at[-1]), asked)) for at in unknown))

    def _value(self, at: Location) -> Any:
        value = self._values
        for part in at:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int):
                value = value[part] if part < len(value) else None
            else:
                return None
        return value

    def _wrong(self, name: str, at: Location, **params: str) -> InputError:
        return InputError(self._finding(name, at, **params))

    def _finding(self, name: str, at: Location, **params: str) -> Finding:
        key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in at)
        return Finding(
            rule=f"answers_{name}",
            file=self._file,
            line=line_of(self._lines, at),
            message=say(f"new_plan.answers.{name}.message", key=key, **params),
            remedy=say(f"new_plan.answers.{name}.remedy", key=key, **params),
        )


def _typed(value: Any) -> str:
    """A value of a YAML file as somebody would have typed it."""
    if isinstance(value, bool):
        return say("new_plan.yes" if value else "new_plan.no")
    return str(value)


def _with_default(prompt: str, default: str | None) -> str:
    if default is None:
        return say("new_plan.prompt", text=prompt)
    shown = say("new_plan.skip") if default == "" else default
    return say("new_plan.prompt_default", text=prompt, default=shown)


# ---- checks of plain answers ------------------------------------------------------------------------------------


def yes_or_no(text: str) -> bool:
    """An answer to a yes-or-no question, in either language."""
    low = text.lower()
    if low in (say("new_plan.yes"), "y", "yes"):
        return True
    if low in (say("new_plan.no"), "n", "no"):
        return False
    raise Wrong(say("new_plan.not_yes_or_no", found=text))


def any_text(text: str) -> str:
    """A text on one line."""
    return text


def one_of(names: Iterable[str], words: Iterable[str]) -> Check[str]:
    """One of ``names``, by its number, its name or its word."""
    known, shown = list(names), list(words)

    def check(text: str) -> str:
        if text.isdecimal() and 1 <= int(text) <= len(known):
            return known[int(text) - 1]
        for name, word in zip(known, shown, strict=True):
            if text in (name, word):
                return name
        raise Wrong(say("new_plan.not_one_of", found=text, n=len(known)))

    return check
