"""A report's blocks as plain text, for golden files: what it says, free of how it looks."""

from __future__ import annotations

from planeval.messages import say
from planeval.model.evaluation import ItemState, Verdict
from planeval.report import blocks as b


def text_of(block: b.Block) -> list[str]:
    """The lines of one block."""
    if isinstance(block, b.Section):
        return [f"## {block.title}", *(line for own in block.blocks for line in text_of(own))]
    if isinstance(block, b.Heading):
        return [f"{'#' * block.level} {block.text}"]
    if isinstance(block, b.Paragraph):
        return [block.text]
    if isinstance(block, b.Items):
        return [f"- {item}" for item in block.items]
    if isinstance(block, b.Links):
        return [
            " ".join([f"{block.label}:"] * bool(block.label) + [f"→ {link.text}" for link in block.items])
        ]
    if isinstance(block, b.Callout):
        return [f"! {block.title}", *([block.body] if isinstance(block.body, str) else block.body)]
    if isinstance(block, b.Definitions):
        return [f"{term}: {text}" for term, text in block.items]
    if isinstance(block, b.Banner):
        facts = [f"{term}: {text}" for term, text in block.facts]
        return facts + [line for callout in block.callouts for line in text_of(callout)]
    if isinstance(block, b.Tally):
        return [block.caption + " " + " ".join(f"{say(f'verdict.{v}')}{n}" for v, n in block.counts)]
    if isinstance(block, b.Figures):
        return [line for figure in block.items for line in text_of(figure)]
    if isinstance(block, b.Figure):
        return [f"[{block.caption}] {block.alt}"]
    if isinstance(block, b.Panel):
        return [f"[{block.title}]", *(line for item in block.items for line in _panel_item(item)), block.key]
    if isinstance(block, b.Details):
        return [f"> {block.summary}", *(line for own in block.blocks for line in text_of(own))]
    if isinstance(block, b.Table):
        lines = [f"[{block.caption}]", " | ".join(column.label for column in block.columns)]
        for row in block.rows:
            lines.append(row.text if isinstance(row, b.RowGroup) else " | ".join(map(_cell, row)))
        return lines + list(block.notes)
    raise TypeError(f"no text for {type(block).__name__}")


def _panel_item(item: b.PanelItem) -> list[str]:
    verdict = b.Cell("", verdict=item.verdict, provisional=item.provisional)
    value = f"{_cell(item.value)} {item.unit} {item.when}"
    return [" | ".join([item.name, _cell(verdict), value, _cell(item.target)]), f"  {item.alt}"]


def _cell(cell: b.CellLike) -> str:
    if cell is None:
        return "—"
    if isinstance(cell, Verdict):
        return say(f"verdict.{cell}")
    if isinstance(cell, ItemState):
        return say(f"state.{cell}")
    if isinstance(cell, str):
        return cell
    parts = [] if cell.verdict is None else [say(f"verdict.{cell.verdict}")]
    parts += [] if cell.state is None else [say(f"state.{cell.state}")]
    parts += ["—"] if cell.text is None else [cell.text]
    parts += [say("page.mark.illustrative")] if cell.illustrative else []
    parts += [say("page.mark.provisional")] if cell.provisional else []
    return " ".join(part for part in parts if part)
