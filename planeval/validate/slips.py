"""What a code was meant to be."""

from __future__ import annotations


def one_slip_away(code: str) -> tuple[set[str], set[str]]:
    """What ``code`` was meant to be after one slip of the fingers: two neighbouring digits swapped; one digit wrong."""
    swapped = {code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(len(code) - 1)}
    replaced = {code[:i] + digit + code[i + 1 :] for i in range(len(code)) for digit in "0123456789"}
    return swapped - {code}, replaced - {code}
