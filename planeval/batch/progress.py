"""One live line for the whole batch; plain lines where the output is no terminal."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from planeval.messages import say

# With more reports than this a line for each says nothing any more; then one says now and then how far it is.
LINES_FOR_EACH = 40
SECONDS_BETWEEN_LINES = 15.0
STATES = ("done", "skipped", "held", "failed")


class Progress:
    """Counts reports by what became of them, and shows it. ``quiet`` shows nothing."""

    def __init__(self, total: int, skipped: int = 0, held: int = 0, *, quiet: bool = False) -> None:
        self.counts = Counter(skipped=skipped, held=held)
        self.total = total
        self._quiet = quiet
        self._before = skipped + held
        self._rendering = total - self._before
        self._told = self._began = time.monotonic()
        self._bar: Any = None
        if not quiet and self._rendering and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(
                total=total,
                initial=self._before,
                bar_format=say("batch.live"),
                dynamic_ncols=True,
                leave=False,
            )
            self._show()

    def say(self, text: str) -> None:
        """One line above the live one."""
        if self._quiet:
            return
        if self._bar is not None:
            self._bar.write(text, file=sys.stdout)
        else:
            print(text)

    def add(self, state: str, text: str) -> None:
        """One more report is ``state``; ``text`` is its own line."""
        self.counts[state] += 1
        if self._rendering <= LINES_FOR_EACH or state != "done":
            self.say(text)
        if self._bar is not None:
            self._bar.update(1)
            self._show()
        elif self._rendering > LINES_FOR_EACH and time.monotonic() - self._told >= SECONDS_BETWEEN_LINES:
            self._told = time.monotonic()
            self.say(say("batch.plain", **self._numbers()))

    def close(self) -> None:
        """Take the live line away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _show(self) -> None:
        self._bar.set_postfix_str(say("batch.counts", **self._numbers()), refresh=False)

    def _numbers(self) -> dict[str, Any]:
        worked = sum(self.counts.values()) - self._before
        seconds = time.monotonic() - self._began
        rate = worked / seconds if seconds > 0 else 0.0
        left = (self._rendering - worked) / rate if rate else 0.0
        return {
            **{state: self.counts[state] for state in STATES},
            "n": sum(self.counts.values()),
            "total": self.total,
            "rate": f"{60 * rate:.0f}",
            "left": duration(left),
        }


def duration(seconds: float) -> str:
    """A span of time in words: seconds below a minute and a half, then minutes."""
    if seconds < 90:
        return say("batch.seconds", n=max(1, round(seconds)))
    return say("batch.minutes", n=round(seconds / 60))
