"""The frames that the expectation suites speak about, derived from the statistics without a loop over places.

- ``observations``: every row as read, one row an observation, with what a rule about one row needs.
- ``panel``: one row a region and year, latest vintages only, one column a variable, with yearly changes and bounds.
- ``rates``: one row a region, year and indicator: recomputed and published value (``planeval.validate.rates``).
- ``hierarchy``: one row a place concerned, year and variable that both a parent and some of its children report
  (``planeval.validate.hierarchy``).
- ``strays``: one row an unregistered code and a place that its rows may belong to (``planeval.validate.strays``).

Every frame has ``row`` (0, 1, ...), ``region_code``, ``place`` and ``year``. Suites name columns of these frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planeval.messages import has, say
from planeval.model.dictionary import Dictionary, VariableKind
from planeval.model.status import PROVISIONAL, Status
from planeval.read.inventory import publication_year
from planeval.read.regions import Region
from planeval.read.workspace import Workspace
from planeval.validate.columns import (
    KEY,
    each,
    in_smallest_unit,
    kinds,
    labels,
    names,
    places,
    published_halves,
)
from planeval.validate.hierarchy import hierarchy_frame
from planeval.validate.levels import off_by, times_usual, usual_of_other_years
from planeval.validate.rates import rates_frame
from planeval.validate.strays import strays_frame

# The variables that rules of the panel speak about by name; data/indicators.yaml defines them.
GDP, POPULATION, DEATHS, ACCIDENTS = "gdp", "population", "accident_deaths", "accidents"
GENERAL, LARGER, SERIOUS, EXTREME, MAJOR = (
    "general_accidents",
    "larger_accidents",
    "serious_accidents",
    "extremely_serious_accidents",
    "major_accidents",
)
LOSS, FLOOD_LOSS, AFFECTED = "disaster_loss", "flood_drought_loss", "disaster_affected"
NAMED = (
    *(GDP, POPULATION, DEATHS, ACCIDENTS, GENERAL, LARGER, SERIOUS, EXTREME, MAJOR),
    *(LOSS, FLOOD_LOSS, AFFECTED),
)
# Most deaths one accident of a grade can have: 生产安全事故报告和调查处理条例, article 3. 特别重大 has no upper limit.
MOST_DEATHS = {GENERAL: 2, LARGER: 9, SERIOUS: 29}
REQUIRED_TEXT = ("region_code", "variable", "source", "status", "unit")
# Statuses under which a figure may be published before its year is over: those that make a verdict provisional.
# An estimate is no such status: it would pass off the count of nine months as the year's.
BEFORE_YEAR_END = tuple(str(status) for status in Status if status in PROVISIONAL)


@dataclass(frozen=True)
class Frames:
    """The frames by the names that suites use, and where each latest value stands in the files."""

    observations: pd.DataFrame
    panel: pd.DataFrame
    rates: pd.DataFrame
    hierarchy: pd.DataFrame
    strays: pd.DataFrame
    latest: pd.DataFrame  # the latest vintages, as in ``Workspace.observations``
    labels: dict[str, tuple[str, str]]  # variable or indicator -> its name and unit

    def named(self) -> dict[str, pd.DataFrame]:
        """Frame name -> frame."""
        return {
            name: getattr(self, name) for name in ("observations", "panel", "rates", "hierarchy", "strays")
        }


def build(workspace: Workspace, newest: int | None = None) -> Frames:
    """All frames of a workspace. ``newest``: the latest year any row was published in, when not every row is here."""
    observations = observations_frame(
        workspace.table,
        workspace.dictionary,
        workspace.regions,
        newest,
        (workspace.map_breaks, workspace.reported_breaks),
    )
    latest = latest_vintages(workspace.observations)
    panel = panel_frame(latest, workspace.dictionary, workspace.regions)
    return Frames(
        observations=observations,
        panel=panel,
        rates=rates_frame(latest, panel, workspace.dictionary),
        hierarchy=hierarchy_frame(latest, workspace.dictionary, workspace.regions, workspace.changes),
        strays=strays_frame(observations, workspace.regions, workspace.planned),
        latest=latest,
        labels=labels(workspace.dictionary),
    )


def latest_vintages(observations: pd.DataFrame) -> pd.DataFrame:
    """One row a region, year and variable: the vintage published last. A sum that lacks a part is no figure of its
    place and is left out."""
    current = observations[~observations["superseded"].astype(bool) & (observations["partial"] == "")]
    return current.drop_duplicates(KEY, keep="last").reset_index(drop=True)


def observations_frame(
    table: pd.DataFrame,
    dictionary: Dictionary,
    regions: dict[str, Region],
    newest: int | None = None,
    map_breaks: Sequence[Mapping[str, Mapping[int, str]]] = (),
) -> pd.DataFrame:
    """Every row as read, with ``place``, ``variable_name``, ``kind`` and:

    - ``distance_from_whole``: to the nearest whole number of the quantity's smallest unit.
    - ``usual``: median of the place's other years (latest vintages, positive values) for counts and amounts, in the
      canonical unit; ``times_usual``: the value as a multiple of it; ``off_by``: the factor between the two.
    - ``published_too_early``: years by which a figure that claims to be measured precedes the end of its year.
    - ``years_ahead``: years by which a figure that need not be measured is later than its publication; one whose
      publication is not known is compared with ``newest``, the newest publication of the whole table.
    - ``undated``: 1 where the publication of a latest value that claims to be measured is not known, else 0.
    - ``definition_break``: what changed, on the first value of a place at or after a break that also has a value
      before it; ``map_breaks`` are those of a place's area (place -> year -> what changed).
    """
    frame = table.reset_index(drop=True).copy()
    frame["row"] = np.arange(len(frame))
    for column in REQUIRED_TEXT:
        text = frame[column].astype(object)
        frame[column] = text.where(text.notna() & (text != ""), None)
    frame["year"] = frame["year"].astype("Int64")
    frame["place"] = places(frame["region_code"], regions)
    frame["variable_name"] = frame["variable"].map(names(dictionary)).astype(object)
    frame["variable_name"] = frame["variable_name"].where(frame["variable_name"].notna(), frame["variable"])
    frame["kind"] = frame["variable"].map(kinds(dictionary)).astype(object)
    smallest = frame["value"] * each(frame["unit"], in_smallest_unit).astype(float)
    frame["distance_from_whole"] = (smallest - smallest.round()).abs()
    frame["published_year"] = each(frame["published"], publication_year).astype(float)
    measured, dated = ~frame["status"].isin(BEFORE_YEAR_END), frame["published_year"].notna()
    year = frame["year"].astype("Float64").astype(float)
    frame["published_too_early"] = (year + 1 - frame["published_year"]).where(measured)
    frame["known_by"] = frame["published_year"].fillna(
        frame["published_year"].max() if newest is None else float(newest)
    )
    frame["years_ahead"] = (year - frame["known_by"]).where(~(measured & dated))
    current = ~frame["superseded"].astype(bool)
    frame["undated"] = (~dated).astype(float).where(measured & current)
    _add_usual(frame)
    frame["definition_break"] = _definition_breaks(frame, dictionary, map_breaks)
    return frame


def _add_usual(frame: pd.DataFrame) -> None:
    judged = frame["kind"].isin([str(VariableKind.COUNT), str(VariableKind.AMOUNT)]) & frame["year"].notna()
    current = frame[judged & ~frame["superseded"].astype(bool)].drop_duplicates(KEY, keep="last")
    frame["usual"] = usual_of_other_years(frame, current).where(judged)
    frame["times_usual"] = times_usual(frame["value"], frame["usual"])
    frame["off_by"] = off_by(frame["times_usual"])


def _definition_breaks(
    frame: pd.DataFrame, dictionary: Dictionary, map_breaks: Sequence[Mapping[str, Mapping[int, str]]]
) -> pd.Series:
    """The text of the break on the first row on its far side; missing everywhere else."""
    breaks = pd.DataFrame(
        [
            {"variable": key, "place": place, "break_year": year, "text": text}
            for key, variable in dictionary.variables.items()
            for own_breaks in ({"": variable.breaks, **variable.region_breaks}, *map_breaks)
            for place, own in own_breaks.items()
            for year, text in own.items()
        ],
        columns=["variable", "place", "break_year", "text"],
    )
    result = pd.Series(None, index=frame.index, dtype=object)
    usable = frame[frame["value"].notna() & frame["year"].notna() & ~frame["superseded"].astype(bool)]
    usable = usable.astype({"variable": object})
    pairs = usable[["row", *KEY]].merge(breaks.astype({"variable": object}), on="variable")
    pairs = pairs[(pairs["place"] == "") | (pairs["place"] == pairs["region_code"])].copy()
    if pairs.empty:
        return result
    pairs["year"] = pairs["year"].astype("int64")
    by = ["region_code", "variable", "break_year"]
    pairs["after"] = pairs["year"] >= pairs["break_year"]
    has_before = ~pairs.groupby(by)["after"].transform("all")
    first = pairs[pairs["after"] & has_before].sort_values("year").drop_duplicates(by)
    texts = first.sort_values("break_year").groupby("row")["text"].agg(say("validation.text_join").join)
    result.loc[texts.index] = texts
    return result


def panel_frame(latest: pd.DataFrame, dictionary: Dictionary, regions: dict[str, Region]) -> pd.DataFrame:
    """One row a region and year, one column a variable in its canonical unit, and the derived columns:

    - ``gdp_change``, ``population_change``: yearly change against the last year before with a value, as a fraction
      (geometric mean per year over a gap); with ``..._previous`` and ``..._previous_year``.
    - ``census``: the population census between the two years, so that a jump of population has a known reason.
    - ``gdp_per_head``: 元 per person.
    - ``severity_sum``: accidents of the grades that are known, never more than all accidents; ``major_sum``.
    - ``deaths_at_most``: most deaths that the severity counts allow (:func:`deaths_at_most`).
    - ``flood_excess``: loss from floods and droughts minus all disaster loss, less what rounding may explain.
    - ``loss_per_affected``, ``flood_loss_per_affected``: the loss in 元 for each person-time affected, with
      ``..._usual``, ``..._times_usual`` and ``..._off_by`` as in the observations.
    """
    wide = latest.pivot(index=["region_code", "year"], columns="variable", values="value")
    columns = sorted({*dictionary.variables, *NAMED})
    panel = wide.reindex(columns=columns).astype(float).sort_index().reset_index()
    panel.columns.name = None
    panel["row"] = np.arange(len(panel))
    panel["place"] = places(panel["region_code"], regions)
    for variable in (GDP, POPULATION):
        _add_changes(panel, variable)
    panel["census"] = _census_between(panel["population_previous_year"], panel["year"])
    yuan, persons = (_unit_of(variable, dictionary) for variable in (GDP, POPULATION))
    heads = (panel[POPULATION] * persons).where(panel[POPULATION] > 0)
    panel["gdp_per_head"] = panel[GDP] * yuan / heads
    panel["major_sum"] = panel[SERIOUS] + panel[EXTREME]
    # 重特大 = 重大 + 特别重大: counted once, from whichever of the two forms is known and larger.
    split = panel[[SERIOUS, EXTREME]].sum(axis=1, min_count=1)
    top = pd.concat([panel[MAJOR], split], axis=1).max(axis=1)
    panel["severity_sum"] = pd.concat([panel[GENERAL], panel[LARGER], top], axis=1).sum(axis=1, min_count=1)
    panel["deaths_at_most"] = deaths_at_most(panel)
    panel["flood_excess"] = _flood_excess(panel, latest, dictionary)
    _add_per_affected(panel, LOSS, "loss_per_affected", dictionary)
    _add_per_affected(panel, FLOOD_LOSS, "flood_loss_per_affected", dictionary)
    return panel


def _unit_of(variable: str, dictionary: Dictionary) -> float:
    """The variable's canonical unit in the smallest one; 1 where the dictionary has no such variable."""
    known = dictionary.variables.get(variable)
    return in_smallest_unit(known.unit) if known else 1.0


def _add_per_affected(panel: pd.DataFrame, loss: str, name: str, dictionary: Dictionary) -> None:
    yuan = panel[loss] * _unit_of(loss, dictionary)
    person_times = panel[AFFECTED] * _unit_of(AFFECTED, dictionary)
    panel[name] = yuan.where(yuan > 0) / person_times.where(person_times > 0)
    series = panel[["region_code", "year"]].assign(variable=loss, value=panel[name])
    panel[f"{name}_usual"] = usual_of_other_years(series, series)
    panel[f"{name}_times_usual"] = times_usual(panel[name], panel[f"{name}_usual"])
    panel[f"{name}_off_by"] = off_by(panel[f"{name}_times_usual"])


def _flood_excess(panel: pd.DataFrame, latest: pd.DataFrame, dictionary: Dictionary) -> pd.Series:
    losses = latest[latest["variable"].isin([LOSS, FLOOD_LOSS])]
    halves = losses.assign(half=published_halves(losses, losses["variable"].map(kinds(dictionary))))
    rounding = halves.groupby(["region_code", "year"], as_index=False)["half"].sum()
    half = panel[["region_code", "year"]].merge(rounding, on=["region_code", "year"], how="left")["half"]
    # Binary residue of subtracting decimal figures is no contradiction.
    return panel[FLOOD_LOSS] - panel[LOSS] - half - 1e-9 * panel[LOSS].abs()


def _add_changes(panel: pd.DataFrame, variable: str) -> None:
    known = panel.loc[panel[variable].notna(), ["region_code", "year", variable]]
    before = known.groupby("region_code").shift()
    gap = known["year"] - before["year"]
    ratio = known[variable] / before[variable].where(before[variable] > 0)
    panel[f"{variable}_previous"] = before[variable]
    panel[f"{variable}_previous_year"] = before["year"]
    panel[f"{variable}_change"] = ratio.clip(lower=0) ** (1 / gap) - 1


def _census_between(earlier: pd.Series, year: pd.Series) -> pd.Series:
    """Name of the population census in (earlier, year]; missing where there is none."""
    result = pd.Series(None, index=year.index, dtype=object)
    for census in range(1950, 2101):
        if has(f"validation.census.{census}"):
            result[(earlier < census) & (year >= census)] = say(f"validation.census.{census}")
    return result


def deaths_at_most(panel: pd.DataFrame) -> pd.Series:
    """Most deaths that the accidents by grade allow; missing where the grades give no bound.

    By article 3 of the 条例 an accident with 3 deaths is at least 较大, with 10 at least 重大, with 30 特别重大. So an
    一般 accident has at most 2 deaths, a 较大 at most 9, a 重大 at most 29, and a 特别重大 has no upper limit:

        deaths <= 2 x 一般 + 9 x 较大 + 29 x 重大        while there is no 特别重大 accident.

    There is no bound from below: injuries or losses alone can make an accident 较大 or worse. Accidents whose grade
    is not published are taken for the worst grade that is still open to them, so that the bound stays one.
    """
    general, larger, serious, most = panel[GENERAL], panel[LARGER], panel[SERIOUS], panel[EXTREME]
    major = panel[MAJOR]
    no_major = major == 0
    most = most.fillna(major - serious).mask(no_major & most.isna(), 0)
    serious = serious.fillna(major - most).mask(no_major & serious.isna(), 0)
    known = {GENERAL: general, LARGER: larger, SERIOUS: serious}
    sure = sum(
        (count.fillna(0) * MOST_DEATHS[grade] for grade, count in known.items()),
        start=pd.Series(0.0, panel.index),
    )
    counted = sum((count.fillna(0) for count in known.values()), start=pd.Series(0.0, panel.index))
    worst_open = pd.Series(0.0, index=panel.index)
    for grade in (GENERAL, LARGER, SERIOUS):
        worst_open = worst_open.mask(known[grade].isna(), float(MOST_DEATHS[grade]))
    rest = (panel[ACCIDENTS] - counted).clip(lower=0).where(worst_open > 0, 0)
    return (sure + worst_open * rest).where(most == 0)
