"""已说明的问题: findings of the validation that the corrections register explains."""

from __future__ import annotations

from collections.abc import Sequence

from planeval.messages import say
from planeval.model.findings import Finding
from planeval.report.blocks import Block, Heading, Items, Paragraph

E = "restate.accepted"


def explained_findings(findings: Sequence[Finding], most: int | None = None) -> list[Block]:
    """A heading and the findings, each with its reason and who gave it; nothing where there are none. Of more than
    ``most`` the others are counted."""
    if not findings:
        return []
    shown = Items(tuple(finding.message for finding in findings[:most]))
    blocks: list[Block] = [Heading(3, say(f"{E}.title"), "explained"), Paragraph(say(f"{E}.lead")), shown]
    if most is not None and len(findings) > most:
        blocks.append(Paragraph(say(f"{E}.more", n=len(findings) - most), tone="quiet"))
    return blocks
