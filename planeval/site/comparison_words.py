"""The words and numbers of a comparison: values, exposures, positions as readers see them."""

from __future__ import annotations

from planeval.messages import has, say
from planeval.messages import numbers as fmt
from planeval.model.dictionary import Dictionary
from planeval.report.html import VERDICT_SHAPES
from planeval.report.names import name_of, quantity, unit_of
from planeval.site.comparison import Comparison, Form, Panel, Point
from planeval.site.funnel import INNER, OUTER, Position

C = "compare"


class Words:
    """How one indicator's comparison is put into words; what its 5,700 points have in common is looked up once."""

    def __init__(self, one: Comparison, dictionary: Dictionary) -> None:
        self.one, self.indicator, self.dictionary = one, one.indicator, dictionary
        self.name, self.unit = name_of(one.indicator), unit_of(one.indicator.unit)
        levels = {"inner": fmt.share(INNER, 0), "outer": fmt.share(OUTER)}
        self.levels = levels
        self.positions = {at: say(f"{C}.position.{at.value}", **levels) for at in Position}
        numerator = dictionary.variables.get(one.indicator.numerator or "")
        clusters = f"{C}.clusters.{numerator.unit}" if numerator else ""
        # What is to be said of events that come several at once; of accidents, which come one by one, nothing.
        self.clusters = say(clusters) if clusters and has(clusters) else ""
        self.exposure_divisor, self.exposure_name, self.exposure_unit = self._exposure()

    def _exposure(self) -> tuple[float, str, str]:
        """What the denominator is divided by to be readable, its name, and the unit that results."""
        variable = self.dictionary.variables.get(self.indicator.denominator or "")
        if variable is None:
            return 1.0, "", ""
        if has(f"{C}.divisor.{variable.unit}"):
            divisor = float(say(f"{C}.divisor.{variable.unit}"))
            return divisor, name_of(variable), say(f"{C}.divided.{variable.unit}")
        return 1.0, name_of(variable), unit_of(variable.unit)

    def height(self, panel: Panel, value: float | None) -> str:
        """A height of the drawing as a number."""
        if panel.form is Form.RATIO or panel.relative:
            return fmt.number(value, 2)
        return self.value(panel, value)

    def quantity(self, panel: Panel, value: float | None) -> str:
        """A height of the drawing with its unit; ratios have none."""
        number = self.height(panel, value)
        return number if panel.form is Form.RATIO or panel.relative else quantity(number, self.indicator.unit)

    def value(self, panel: Panel, value: float | None) -> str:
        decimals = self.indicator.decimals
        return fmt.number(value, fmt.mean_decimals(value, decimals) if panel.form is Form.MEAN else decimals)

    def exposure(self, panel: Panel, point: Point) -> str:
        """The exposure in the unit of the axis."""
        if point.exposure is None:
            return fmt.MISSING
        value = point.exposure / (self.exposure_divisor if panel.form is Form.RATE else 1.0)
        return fmt.number(value, 0 if value >= 1000 else 1 if value >= 10 else 2)

    def shown(self, panel: Panel, point: Point) -> str:
        """A place's value; in a comparison with the path also how many times what that allows."""
        if panel.form is Form.RATIO and point.left is None:
            ratio = fmt.number(point.height, 2)
            return say(f"{C}.ratio_value", value=fmt.number(point.events), ratio=ratio)
        return self.value(panel, point.value)

    def result(self, panel: Panel, point: Point) -> str:
        """Where the place lies, in words; outside funnels its verdict."""
        if panel.form.funnel:
            if len(panel.drawn) == 1:
                return say(f"{C}.left.alone")
            return self.positions[point.position]
        return f"{VERDICT_SHAPES[point.verdict]} {say(f'verdict.{point.verdict.value}')}"

    def point_title(self, panel: Panel, point: Point) -> str:
        """What a pointer on the dot is told."""
        name, value = self.one.names[point.code], self.shown(panel, point)
        if not point.settled:
            value = say(f"{C}.marked", value=value, mark=self.mark(point))
        if not panel.form.funnel:
            return say(f"{C}.point_strip", name=name, value=value, verdict=self.result(panel, point))
        label = self.exposure_name if panel.form is Form.RATE else say(f"{C}.path")
        unit = self.exposure_unit if panel.form is Form.RATE else self.unit
        exposure = say(f"{C}.exposure", name=label, value=self.exposure(panel, point), unit=unit)
        return say(
            f"{C}.point", name=name, value=value, exposure=exposure, position=self.result(panel, point)
        )

    def named_height(self, panel: Panel, value: float, *, illustrative: bool) -> str:
        """A height told in words, marked when it is made up."""
        number = self.quantity(panel, value)
        mark = say("status.illustrative")
        return say(f"{C}.marked_number", value=number, mark=mark) if illustrative else number

    def mark(self, point: Point) -> str:
        """What an unsettled figure is."""
        return say(f"status.{point.status.value}") if point.status else say("page.mark.provisional")
