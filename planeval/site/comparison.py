"""Which places can be compared in which way: the figures of the reports, arranged for one indicator.

Only like is set beside like: places of one level (nation, province, city, county), one kind of report, one data year
and one way of comparing. A figure that cannot be compared is told with its reason, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from planeval.model.dictionary import Dictionary, Indicator
from planeval.model.method import Method
from planeval.model.status import PROVISIONAL, Status
from planeval.model.terms import Kind, Verdict
from planeval.read.regions import LEVELS
from planeval.report.names import in_language
from planeval.site.entries import SiteEntry
from planeval.site.funnel import UNKNOWN, Dispersion, Position, dispersion, positions
from planeval.site.summary import IndicatorLine

FOLDER = "compare"
OVERVIEW = f"{FOLDER}/index.html"
Place = tuple[Kind, int, str, "Form"]  # kind, year, level, form: what one drawing shows
# Figures that are drawn hollow: they may change, or are made up.
_UNSETTLED = frozenset({Status.PRELIMINARY, Status.ESTIMATE}) | PROVISIONAL


class Form(StrEnum):
    """How places are compared. The funnels first; the others are dots against the target, without limits."""

    RATE = "rate"  # events per exposure, around the overall rate
    RATIO = "ratio"  # events against what the plan's own path allows, around 1
    MEAN = "mean"  # means over several years
    OCCURRENCE = "occurrence"  # what must not happen at all
    COUNT = "count"  # events of places of any size without a path: each against its own target
    LEVEL = "level"  # shares, levels, published rates, sums that are no events

    @property
    def funnel(self) -> bool:
        """Whether it has control limits."""
        return self in (Form.RATE, Form.RATIO)


class Left(StrEnum):
    """Why a place is not in the drawing."""

    NO_VALUE = "no_value"
    NO_PARTS = "no_parts"  # a published rate without numerator and denominator
    NO_TARGET = "no_target"
    BASE = "base"  # the plan's base is not what the statistics count, and so its path neither
    NO_PATH = "no_path"  # the plan's path allows nothing, or has not begun
    TWICE = "twice"  # the place's figure is there already, with another plan or row


@dataclass(frozen=True)
class Point:
    """One place's figure. ``exposure`` is its denominator, or the events its path allows; None outside funnels.

    ``events`` counts, ``value`` is in the indicator's unit; ``height`` is what the drawing shows: the value, the
    ratio to the path, or the ratio to the place's own target.
    """

    code: str
    value: float | None
    target: float | None
    verdict: Verdict
    status: Status | None
    provisional: bool
    events: float | None = None
    exposure: float | None = None
    height: float = 0.0
    position: Position = Position.WITHIN
    left: Left | None = None

    @property
    def settled(self) -> bool:
        """Whether the figure is neither made up nor likely to change."""
        return not self.provisional and self.status not in _UNSETTLED

    @property
    def illustrative(self) -> bool:
        """Whether the figure is made up; one that is missing is not."""
        return self.value is not None and self.status is Status.ILLUSTRATIVE


@dataclass(frozen=True)
class Panel:
    """The places of one drawing. ``centre`` is what the funnel is drawn around, ``overall`` what all places together
    have; without limits ``centre`` is the common target, or None."""

    kind: Kind
    year: int
    level: str
    form: Form
    drawn: tuple[Point, ...]
    left: tuple[Point, ...]
    centre: float | None = None
    overall: float | None = None
    relative: bool = False  # heights are ratios to each place's own target
    dispersion: Dispersion = UNKNOWN
    beyond_chance: int = 0  # places outside the inner limits if these were not widened

    @property
    def run(self) -> tuple[Kind, int]:
        """What stands in one column of the table."""
        return self.kind, self.year

    @property
    def points(self) -> tuple[Point, ...]:
        """All its points, drawn or not."""
        return self.drawn + self.left

    @property
    def places(self) -> int:
        """How many places it has; one with several plans counts once."""
        return len({p.code for p in self.points})

    def beyond(self, least: int) -> int:
        """How many places lie at least so far above (positive) or below (negative) the limits."""
        if least > 0:
            return sum(p.position >= least for p in self.drawn)
        return sum(p.position <= least for p in self.drawn)


@dataclass(frozen=True)
class Comparison:
    """One indicator, compared: ``panels`` latest first, ``names`` of the places by code, in the order of their codes."""

    key: str
    indicator: Indicator
    panels: tuple[Panel, ...]
    names: Mapping[str, str]

    @property
    def page(self) -> str:
        """Where its page lies, relative to the site's folder."""
        return comparison_page(self.key)


def comparison_page(key: str) -> str:
    """The page that compares the indicator ``key``, relative to the site's folder."""
    return f"{FOLDER}/{key}/index.html"


def is_compared(entry: SiteEntry) -> bool:
    """Whether a report's figures are compared: it is published, and nothing held its renewal back."""
    return entry.published and not entry.held_back


def comparisons(
    entries: Iterable[SiteEntry], dictionary: Dictionary, method: Method, levels: Mapping[str, str]
) -> list[Comparison]:
    """Every indicator of the reports that the dictionary knows, in the dictionary's order.

    ``levels`` maps region codes to one of `LEVELS`; a code without one is told by its digits (GB/T 2260).
    """
    found: dict[str, dict[Place, list[Point]]] = {}
    names: dict[str, dict[str, str]] = {}
    for entry in entries:
        if not is_compared(entry) or not entry.region_code:
            continue
        level = levels.get(entry.region_code) or level_of(entry.region_code)
        for line in entry.indicators:
            indicator = dictionary.indicators.get(line.key)
            if indicator is None:
                continue  # of a dictionary that has changed since: nobody can say what it means
            form = form_of(line, indicator)
            place = (entry.kind, line.current_year, level, form)
            point = _point(entry, line, indicator, form, method)
            found.setdefault(line.key, {}).setdefault(place, []).append(point)
            names.setdefault(line.key, {})[entry.region_code] = in_language(
                entry.region_name, entry.region_name_en
            )
    kinds = list(Kind)
    return [
        Comparison(
            key,
            indicator,
            tuple(
                _panel(*place, points, indicator)
                for place, points in sorted(
                    _once(found[key]).items(),
                    key=lambda item: (
                        -item[0][1],
                        -kinds.index(item[0][0]),
                        -LEVELS.index(item[0][2]),
                        item[0][3],
                    ),
                )
            ),
            dict(sorted(names[key].items())),
        )
        for key, indicator in dictionary.indicators.items()
        if key in found
    ]


def _once(panels: Mapping[Place, list[Point]]) -> dict[Place, list[Point]]:
    """The same points, each place's own but once a run: the first that can be drawn, else the first with a value."""
    best: dict[tuple[Kind, int, str], tuple[int, Point]] = {}
    for (kind, year, _, _), points in panels.items():
        for point in points:
            poor = 0 if point.left is None else 1 if point.value is not None else 2
            chosen = best.get((kind, year, point.code))
            if chosen is None or poor < chosen[0]:
                best[kind, year, point.code] = poor, point
    return {
        place: [p if best[*place[:2], p.code][1] is p else _with(p, left=Left.TWICE) for p in points]
        for place, points in panels.items()
    }


def level_of(code: str) -> str:
    """The level a region code has by its digits: 100000 the nation, xx0000 a province, xxxx00 a city, else a county."""
    if code == "100000":
        return "nation"
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


def form_of(line: IndicatorLine, indicator: Indicator) -> Form:
    """How a report's indicator can be compared: by its nature and by what its target is about."""
    if line.target_kind == "period_mean_at_most":
        return Form.MEAN
    if line.target_kind == "none_occurs":
        return Form.OCCURRENCE
    if not indicator.events:
        return Form.LEVEL
    if indicator.denominator is not None:
        return Form.RATE
    return Form.RATIO if line.target_kind == "reduction" else Form.COUNT


def path_level(line: IndicatorLine, end: int, method: Method) -> float | None:
    """What the path from base to target allows in the current year (序时进度); None where there is no path.

    base + (target - base) x share of time, or base x (target / base)^share on the geometric path.
    """
    if line.base is None or line.target is None or end <= line.base_year:
        return None
    share = (line.current_year - line.base_year) / (end - line.base_year)
    if method.trajectory == "geometric":
        ratio = line.target / line.base if line.base else 0.0
        return line.base * ratio**share if ratio > 0 else None
    return line.base + (line.target - line.base) * share


def _point(entry: SiteEntry, line: IndicatorLine, indicator: Indicator, form: Form, method: Method) -> Point:
    point = Point(
        code=entry.region_code,
        value=line.current,
        target=line.target,
        verdict=Verdict(line.verdict),
        status=None if line.status is None else Status(line.status),
        provisional=line.provisional,
    )
    if line.current is None:
        return _left(point, Left.NO_VALUE)
    if not form.funnel:
        return point
    exposure = line.denominator
    if form is Form.RATIO:
        if not line.base_comparable:
            return _left(point, Left.BASE)
        exposure = path_level(line, entry.period[1] if entry.period else line.current_year, method)
        if not exposure or exposure <= 0:
            return _left(point, Left.NO_PATH)
    if line.numerator is None or not exposure or exposure <= 0:
        return _left(point, Left.NO_PARTS)
    scale = indicator.scale if form is Form.RATE else 1.0
    return _with(point, events=line.numerator, exposure=exposure, height=scale * line.numerator / exposure)


def _with(point: Point, **changes: object) -> Point:
    # dataclasses.replace looks at every field each time, and there are 50,000 points.
    values = point.__dict__ | changes
    return Point(**values)


def _left(point: Point, why: Left) -> Point:
    return _with(point, left=point.left or why)


def _panel(kind: Kind, year: int, level: str, form: Form, points: list[Point], indicator: Indicator) -> Panel:
    drawn = [p for p in points if p.left is None]
    left = [p for p in points if p.left is not None]
    place = (kind, year, level, form)
    if form.funnel:
        return _funnel(place, drawn, left, indicator)
    targets = {p.target for p in drawn if p.target is not None}
    if len(targets) <= 1 and form is not Form.COUNT:
        own = tuple(_with(p, height=p.value) for p in drawn)
        return Panel(*place, own, tuple(left), centre=next(iter(targets), None))
    # Each against its own target; where that is nothing or missing, nothing can be divided by it.
    left += [_left(p, Left.NO_TARGET) for p in drawn if not p.target]
    own = tuple(_with(p, height=(p.value or 0.0) / p.target) for p in drawn if p.target)
    return Panel(*place, own, tuple(left), centre=1.0, relative=True)


def _funnel(place: Place, drawn: list[Point], left: list[Point], indicator: Indicator) -> Panel:
    events = [p.events or 0.0 for p in drawn]
    exposures = [p.exposure or 0.0 for p in drawn]
    if not drawn:
        return Panel(*place, (), tuple(left))
    scale = indicator.scale if place[3] is Form.RATE else 1.0
    overall = scale * sum(events) / sum(exposures)
    centre = overall if place[3] is Form.RATE else 1.0
    if centre == 0 or len(drawn) == 1:  # nothing happened anywhere, or there is nobody to compare with
        return Panel(*place, tuple(drawn), tuple(left), centre, overall)
    spread = dispersion(events, exposures)
    expected = [centre / scale * exposure for exposure in exposures]
    by_chance = positions(events, expected)
    found = (positions(events, expected, spread.inflation) if spread.clear else by_chance).tolist()
    own = tuple(_with(p, position=Position(at)) for p, at in zip(drawn, found, strict=True))
    beyond = int((by_chance != 0).sum())
    return Panel(*place, own, tuple(left), centre, overall, dispersion=spread, beyond_chance=beyond)
