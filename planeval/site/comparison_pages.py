"""The page that compares the places by one indicator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from markupsafe import Markup

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.report.anchors import indicator_anchor
from planeval.report.blocks import (
    Column,
    Link,
    Links,
    Paragraph,
    Row,
    Table,
)
from planeval.report.names import in_language, name_of
from planeval.site.comparison import (
    OVERVIEW,
    Comparison,
    Form,
    Left,
    Panel,
    Point,
    is_compared,
)
from planeval.site.comparison_parts import Run, block, illustrative, no_ranking, quiet, run_words
from planeval.site.comparison_words import C, Words
from planeval.site.entries import SiteEntry
from planeval.site.frame import PAGES, relative, render_page
from planeval.site.funnel import (
    INNER,
    LEAST_EXPECTED,
    LEAST_PLACES,
    OUTER,
    WINSORISED,
    Position,
    control_limits,
)
from planeval.site.plot import MOST_LINKS, Axis, Dot, Limits, Line, curve, exposure_axis, funnel, strip

FEW = 10  # with fewer places a drawing tells little, and the page says so
MOST_NAMED = 20  # places named in a sentence
MOST_OUTERMOST = 3
MOST_HELD = 200


def _among(points: Iterable[Point]) -> str:
    """How many of these places have a made-up figure, as a sentence; empty when none has."""
    n = len({p.code for p in points if p.illustrative})
    return say(f"{C}.illustrative_among", n=fmt.number(n)) if n else ""


def indicator_page(one: Comparison, entries: Iterable[SiteEntry], dictionary: Dictionary) -> str:
    """``compare/<key>/index.html``: the drawings of one indicator, and the table of all its places."""
    page = _Page(one, dictionary)
    name = name_of(one.indicator)
    return render_page(
        "compare.html.j2",
        one.page,
        say(f"{C}.page_title", name=name),
        description=say(f"{C}.page_description", name=name),
        contents=True,
        parts=page.parts(entries),
    )


class _Page(Words):
    """The parts of one page."""

    def parts(self, entries: Iterable[SiteEntry]) -> list[Markup]:
        """The body of the page, in order."""
        parts = [no_ranking()]
        if any(p.illustrative for panel in self.one.panels for p in panel.points):
            parts.append(illustrative(say(f"{C}.illustrative")))
        parts += self.why()
        for run, panels in groupby(self.one.panels, key=lambda panel: panel.run):
            parts.append(Markup(f'<h2 id="{run[0].value}-{run[1]}">{escape(_run_title(run))}</h2>'))
            for panel in panels:
                parts += self.panel(panel)
        # Nothing stands behind the table: its rows are as many stops of the Tab key.
        return [*parts, self.links(), *_held(entries), self.table()]

    def links(self) -> Markup:
        glossary = f"{relative(PAGES['glossary'], self.one.page)}#{indicator_anchor(self.one.key)}"
        method = f"{relative(PAGES['method'], self.one.page)}#comparison"
        links = (
            Link(say(f"{C}.glossary"), glossary),
            Link(say(f"{C}.method"), method),
            Link(say(f"{C}.all"), relative(OVERVIEW, self.one.page)),
        )
        return block(Links(links, say(f"{C}.more")))

    def why(self) -> list[Markup]:
        """Why these places are drawn in this way, for each way in use."""
        forms = list(dict.fromkeys(p.form for p in self.one.panels))
        out = {"inner_out": fmt.share(1 - INNER, 0), "outer_out": fmt.share(1 - OUTER)}
        texts = [
            say(f"{C}.why.{form.value}", exposure=self.exposure_name, **self.levels, **out) for form in forms
        ]
        if self.clusters and any(form.funnel for form in forms):
            texts.append(self.clusters)
        title = Markup(f'<h2 id="reading">{escape(say(f"{C}.why_title"))}</h2>')
        return [title, *(block(Paragraph(text)) for text in texts)]

    # ---- one drawing --------------------------------------------------------------------------------------------

    def panel(self, panel: Panel) -> list[Markup]:
        """The heading of a level, what its drawing shows in numbers, and the drawing."""
        level = say(f"{C}.level.{panel.level}")
        n = len(panel.drawn)
        title = say(f"{C}.panel", level=level, n=fmt.number(panel.places))
        parts = [Markup(f"<h3>{escape(title)}</h3>")]
        if n == 0:
            parts.append(quiet(say(f"{C}.nobody", level=level)))
        elif n == 1:
            name = self.one.names[panel.drawn[0].code]
            alone = "one_nation" if panel.level == "nation" else "one"
            parts.append(quiet(say(f"{C}.{alone}", level=level, name=name)))
        elif panel.form.funnel and panel.centre == 0:
            parts.append(quiet(say(f"{C}.zero", level=level, n=fmt.number(n))))
        else:
            parts += self.funnel(panel, level) if panel.form.funnel else self.strip(panel, level)
        return [*parts, *self.left_out(panel)]

    def funnel(self, panel: Panel, level: str) -> list[Markup]:
        n = len(panel.drawn)
        texts = [self.overall(panel), self.outside(panel), _among(panel.drawn)]
        if n >= LEAST_PLACES and not panel.dispersion.clear:
            texts.append(
                say(f"{C}.by_chance.{panel.form.value}", n=fmt.number(round((1 - INNER) * n)), **self.levels)
            )
        parts = [block(Paragraph(say("report.sentence_join").join(text for text in texts if text)))]
        if n < FEW:
            parts.append(block(Paragraph(say(f"{C}.few.{panel.form.value}", n=n), tone="warning")))
        parts += [self.figure(panel, self.funnel_plot(panel, level)), quiet(self.phi(panel))]
        return parts

    def overall(self, panel: Panel) -> str:
        """What all places of a funnel together have."""
        name = "overall_rate" if panel.form is Form.RATE else "overall_ratio"
        return say(f"{C}.{name}", value=self.quantity(panel, panel.overall))

    def outside(self, panel: Panel) -> str:
        """How many places lie where, as a sentence."""
        n = len(panel.drawn)
        above, below = panel.beyond(Position.ABOVE), panel.beyond(Position.BELOW)
        if not above + below:
            return say(f"{C}.position_all", n=fmt.number(n), **self.levels)
        counts = {
            "within": n - above - below,
            "above": above,
            "far_above": panel.beyond(Position.FAR_ABOVE),
            "below": below,
            "far_below": panel.beyond(Position.FAR_BELOW),
        }
        return say(
            f"{C}.position_some", **{key: fmt.number(count) for key, count in counts.items()}, **self.levels
        )

    def phi(self, panel: Panel) -> str:
        """What the scatter of the places says about the limits."""
        own = panel.dispersion
        if own.phi is None:
            numbers = {"least": fmt.number(LEAST_EXPECTED), "n": own.places, "places": LEAST_PLACES}
            return say(f"{C}.phi.unknown", **numbers)
        return say(
            f"{C}.phi.{'clear' if own.clear else 'plain'}",
            phi=fmt.number(own.phi, 2),
            n=fmt.number(own.places),
            share=fmt.share(WINSORISED, 0),
            plain=fmt.number(panel.beyond_chance),
            inner=self.levels["inner"],
        )

    def funnel_plot(self, panel: Panel, level: str) -> Markup:
        rate = panel.form is Form.RATE
        divisor = self.exposure_divisor if rate else 1.0
        scale = self.indicator.scale if rate else 1.0
        centre, n = panel.centre or 0.0, len(panel.drawn)
        dots = [
            Dot(
                p.code,
                self.one.names[p.code],
                (p.exposure or 0.0) / divisor,
                p.height,
                self.href(p.code),
                self.point_title(panel, p) if p.position or n <= MOST_LINKS else "",
                int(p.position),
                not p.settled,
                abs(p.height - centre) * (p.exposure or 0.0) ** 0.5,
            )
            for p in panel.drawn
        ]
        axis: Axis = exposure_axis([dot.x for dot in dots])
        xs = curve(axis)
        limits = []
        for share, class_ in ((OUTER, "outer"), (INNER, "inner")):
            expected = [centre / scale * divisor * x for x in xs]
            lower, upper = control_limits(expected, share, panel.dispersion.inflation)
            low, high = (
                [scale * count / (divisor * x) for count, x in zip(side.tolist(), xs, strict=True)]
                for side in (lower, upper)
            )
            limits.append(Limits(xs, low, high, class_))
        lines = [Line(centre, self.height(panel, centre) if rate else fmt.number(centre), "centre")]
        if rate:
            names = (
                say(f"{C}.axis.exposure", name=self.exposure_name, unit=self.exposure_unit),
                say(f"{C}.axis.unit", unit=self.unit),
            )
        else:
            names = (say(f"{C}.axis.exposure_ratio", unit=self.unit), say(f"{C}.axis.ratio"))
        return funnel(self.funnel_alt(panel, level, dots), dots, limits, lines, names)

    def funnel_alt(self, panel: Panel, level: str, dots: Sequence[Dot]) -> str:
        """The drawing in words: how many places, their centre, how many outside, the outermost by name."""
        outside = sorted((dot for dot in dots if dot.side), key=lambda d: (-abs(d.side), -d.rank, d.code))
        made_up = {p.code for p in panel.drawn if p.illustrative}
        mark = say("status.illustrative")
        named = [
            say(
                f"{C}.alt.outermost_item_marked" if dot.code in made_up else f"{C}.alt.outermost_item",
                name=dot.name,
                value=self.height(panel, dot.y),
                mark=mark,
            )
            for dot in outside[:MOST_OUTERMOST]
        ]
        outermost = ""
        if named:
            name = "outermost" if len(outside) <= MOST_OUTERMOST else "outermost_far"
            outermost = say(f"{C}.alt.{name}", most=len(named), names=say("report.join").join(named))
        position = (self.outside(panel), _among(panel.drawn))
        centre = "centre_rate" if panel.form is Form.RATE else "centre_ratio"
        return say(
            f"{C}.alt.funnel",
            level=level,
            n=fmt.number(len(panel.drawn)),
            centre=say(f"{C}.alt.{centre}", value=self.quantity(panel, panel.overall)),
            position=say("report.sentence_join").join(t for t in position if t),
            outermost=outermost,
        )

    def strip(self, panel: Panel, level: str) -> list[Markup]:
        summary = self.strip_summary(panel)
        parts = [block(Paragraph(summary))]
        if len(panel.drawn) < FEW:
            parts.append(block(Paragraph(say(f"{C}.few_strip", n=len(panel.drawn)), tone="warning")))
        dots = [
            Dot(
                p.code,
                self.one.names[p.code],
                p.height,
                0.0,
                self.href(p.code),
                self.point_title(panel, p) if len(panel.drawn) <= MOST_LINKS else "",
                hollow=not p.settled,
            )
            for p in panel.drawn
        ]
        lines = []
        if panel.relative:
            lines.append(Line(1.0, say(f"{C}.axis.relative_target"), "target"))
        elif panel.centre is not None:
            value = fmt.target(panel.centre, self.indicator.decimals)
            lines.append(Line(panel.centre, say(f"{C}.axis.target", value=value), "target"))
        name = say(f"{C}.axis.relative") if panel.relative else say(f"{C}.axis.unit", unit=self.unit)
        upward = self.indicator.direction == "higher_is_better"
        alt = say(f"{C}.alt.strip", level=level, n=fmt.number(len(dots)), summary=summary)
        drawing = strip(alt, dots, lines, name, from_zero=not upward)
        return [*parts, self.figure(panel, drawing)]

    def strip_summary(self, panel: Panel) -> str:
        """The drawing in words: from where to where the places reach, and how many miss the target."""
        heights = [p.height for p in panel.drawn]
        made_up = {p.height for p in panel.drawn if p.illustrative}
        low, high = (
            self.named_height(panel, end, illustrative=end in made_up) for end in (min(heights), max(heights))
        )
        name = "range_relative" if panel.relative else "range" if low != high else "range_one"
        target = beyond = ""
        if panel.centre is not None:
            upward = self.indicator.direction == "higher_is_better"
            wrong = sum((h < panel.centre) if upward else (h > panel.centre) for h in heights)
            beyond = say(f"{C}.alt.{'at_least' if upward else 'at_most'}", n=fmt.number(wrong))
            if not panel.relative:
                target = say(f"{C}.alt.target", value=fmt.target(panel.centre, self.indicator.decimals))
        texts = [say(f"{C}.alt.{name}", low=low, high=high), target, beyond.strip(), _among(panel.drawn)]
        return say("report.sentence_join").join(text for text in texts if text)

    def figure(self, panel: Panel, drawing: Markup) -> Markup:
        """The drawing with its caption and what its signs mean."""
        name = "relative" if panel.relative else panel.form.value
        caption = say(f"{C}.caption.{name}", name=self.name, exposure=self.exposure_name)
        settled = {p.settled for p in panel.drawn}
        keys: list[tuple[str, str]] = []
        if panel.form.funnel:
            keys += [
                ("inner", say(f"{C}.key.inner", level=self.levels["inner"])),
                ("outer", say(f"{C}.key.outer", level=self.levels["outer"])),
                ("centre", say(f"{C}.key.{'centre' if panel.form is Form.RATE else 'path'}")),
            ]
        elif panel.centre is not None:
            keys.append(("target", say(f"{C}.key.target")))
        keys += [("dot", say(f"{C}.key.dot"))] * (True in settled)
        keys += [("hollow", say(f"{C}.key.hollow"))] * (False in settled)
        if panel.beyond(Position.ABOVE) + panel.beyond(Position.BELOW):
            keys.append(("out", say(f"{C}.key.out", level=self.levels["inner"])))
        items = "".join(f'<li><i class="{sign}"></i>{escape(words)}</li>' for sign, words in keys)
        how = escape(say(f"{C}.how_to_use"))
        return Markup(
            f'<figure class="comparison"><figcaption>{escape(caption)}</figcaption>{drawing}'
            f'<ul class="key">{items}</ul><p class="tone-quiet">{how}</p></figure>'
        )

    def left_out(self, panel: Panel) -> list[Markup]:
        """The places that are not drawn, by reason."""
        parts = []
        own = {p.code for p in panel.points if p.left is not Left.TWICE}
        for why in Left:
            codes = dict.fromkeys(p.code for p in panel.left if p.left is why)
            names = [self.one.names[code] for code in codes if why is not Left.TWICE or code not in own]
            if names:
                shown = say("report.join").join(names[:MOST_NAMED])
                if len(names) > MOST_NAMED:
                    shown = say(f"{C}.names_more", names=shown, n=fmt.number(len(names)))
                reason = say(f"{C}.left.{why.value}")
                parts.append(quiet(say(f"{C}.left_out", why=reason, names=shown)))
        return parts

    def href(self, code: str) -> str:
        """The page of a place, seen from this one."""
        return f"../../places/{code}/index.html"

    # ---- the table ----------------------------------------------------------------------------------------------

    def table(self) -> Markup:
        """All places in the order of their codes: the way to them without a pointer, and without the drawing."""
        runs = [(run, list(panels)) for run, panels in groupby(self.one.panels, key=lambda panel: panel.run)]
        head = [say(f"{C}.column.place"), say(f"{C}.column.code")]
        cells: list[dict[str, str]] = []
        for run, panels in runs:
            head += self.head(run, panels, several=len(runs) > 1)
            own: dict[str, str] = {}
            points = [(panel, point) for panel in panels for point in panel.points]
            for panel, point in sorted(points, key=lambda pair: pair[1].left is Left.TWICE):
                if point.code not in own:
                    own[point.code] = self.cells(panel, point)
            cells.append(own)
        rows = []
        for code, name in self.one.names.items():
            place = escape(code)
            inner = "".join(own.get(code, "<td><td><td>") for own in cells)
            rows.append(
                f'<tr id="place-{place}"><th><a href="../../places/{place}/index.html">{escape(name)}</a>'
                f"<td>{place}{inner}\n"
            )
        title, lead = escape(say(f"{C}.table_title")), escape(say(f"{C}.table_lead"))
        caption = escape(say(f"{C}.table_caption"))
        columns = "".join(f'<th scope="col">{escape(words)}</th>' for words in head)
        words = {"found": say(f"{C}.found"), "none": say(f"{C}.found_none")}
        data = "".join(f' data-{key}="{escape(text)}"' for key, text in words.items())
        find, hint = escape(say(f"{C}.find")), escape(say(f"{C}.find_hint"))
        return Markup(
            f'<h2 id="places">{title}</h2><p class="tone-quiet">{lead}</p>'
            f'<form class="find" hidden{data}><label for="find">{find}</label>'
            f'<input id="find" type="search" placeholder="{hint}" autocomplete="off"><output for="find"></output></form>'
            f'<div class="table" role="region" aria-label="{caption}" tabindex="0"><table class="shorts places">'
            f"<caption>{caption}</caption><thead><tr>{columns}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )

    def head(self, run: Run, panels: Sequence[Panel], *, several: bool) -> list[str]:
        """The headings of the three columns of a run."""
        names: list[list[str]] = [[], [], []]
        for panel in panels:
            names[0].append(say(f"{C}.column.value_name"))
            if panel.form is Form.RATE:
                names[1].append(say(f"{C}.axis.exposure", name=self.exposure_name, unit=self.exposure_unit))
            else:
                names[1].append(say(f"{C}.path" if panel.form is Form.RATIO else f"{C}.column.target"))
            names[2].append(say(f"{C}.column.{'result_rate' if panel.form.funnel else 'result_other'}"))
        words = [say(f"{C}.or").join(dict.fromkeys(own)) for own in names]
        if several:
            words[0] = say(f"{C}.column.value", run=run_words(run), name=words[0])
        return words

    def cells(self, panel: Panel, point: Point) -> str:
        """Value, exposure or target, and result of a place, as three cells."""
        value = escape(self.shown(panel, point))
        if not point.settled:
            value += f" <i>{escape(self.mark(point))}</i>"
        if panel.form.funnel:
            beside = self.exposure(panel, point)
        else:
            beside = fmt.target(point.target, self.indicator.decimals)
        class_ = ""
        if point.left is not None:
            result = say(f"{C}.left.{point.left.value}")
        else:
            result = self.result(panel, point)
            if panel.form.funnel:
                class_ = f' class="{_SIDES[point.position]}"' if point.position else ""
            else:
                class_ = f' class="verdict-{point.verdict.value.replace("_", "-")}"'
        return f"<td>{value}<td>{escape(beside)}<td{class_}>{escape(result)}"


_SIDES = {
    Position.FAR_ABOVE: "far above",
    Position.ABOVE: "out above",
    Position.BELOW: "out below",
    Position.FAR_BELOW: "far below",
}


def _held(entries: Iterable[SiteEntry]) -> list[Markup]:
    """The places whose reports were held back, with the reasons; one mistake may hold back many."""
    by_reasons: dict[tuple[str, ...], list[str]] = {}
    for entry in entries:
        if not is_compared(entry):
            name = in_language(entry.region_name, entry.region_name_en) or entry.title
            by_reasons.setdefault(entry.held_back, []).append(name)
    if not by_reasons:
        return []
    rows: list[Row] = []
    for reasons, names in list(by_reasons.items())[:MOST_HELD]:
        own = list(dict.fromkeys(names))
        shown = say("report.join").join(own[:MOST_NAMED])
        if len(own) > MOST_NAMED:
            shown = say(f"{C}.names_more", names=shown, n=fmt.number(len(own)))
        rows.append((shown, say("report.semicolon").join(reasons)))
    columns = tuple(Column(say(f"{C}.held_column.{name}")) for name in ("place", "reasons"))
    title = say(f"{C}.held_title")
    parts = [
        Markup(f'<h2 id="left-out">{escape(title)}</h2>'),
        block(Paragraph(say(f"{C}.held_lead"))),
        block(Table(title, columns, tuple(rows))),
    ]
    more = sum(len(names) for names in list(by_reasons.values())[MOST_HELD:])
    return [*parts, *([quiet(say(f"{C}.held_more", n=fmt.number(more)))] if more else [])]


def _run_title(run: Run) -> str:
    return say(f"{C}.run", kind=say(f"kind.{run[0].value}"), year=run[1])
