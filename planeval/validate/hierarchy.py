"""The ``hierarchy`` frame: the places below one place, summed, against the place itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from planeval.derive.links import part_links
from planeval.derive.sums import additive
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.dictionary import Dictionary
from planeval.read.region_changes import RegionChange, Succession
from planeval.read.regions import Region
from planeval.validate.columns import kinds, names, published_halves


def hierarchy_frame(
    latest: pd.DataFrame,
    dictionary: Dictionary,
    regions: dict[str, Region],
    changes: Iterable[RegionChange] = (),
) -> pd.DataFrame:
    """What can be added up, of a parent and year for which at least one child has a value too.

    There is one row for the parent and one for each of the children in the sum, so that each of their reports shows
    what does not add up. ``excess`` = sum of the children - parent - what rounding may explain. Only a complete set
    of children can equal the parent; where a place says how many parts it has, and as many have a value, ``shortfall``
    = parent - sum of the children - what rounding may explain, and missing elsewhere. A place that a change of the map
    ended, or whose figures another one carries on, is no child. Sums over the parts are left out: they agree.
    """
    kind = latest["variable"].map(kinds(dictionary))
    countable = latest[latest["variable"].isin(additive(dictionary))]
    values = countable[["region_code", "year", "variable", "value", "unit", "file", "line"]].copy()
    values["half"] = published_halves(countable, kind.loc[countable.index]) * _figures_behind(countable)
    # A figure that was derived stands in no line.
    values["file"] = values["file"].astype(object).where(countable["derived"] == "", None)
    values = values.astype({"variable": object, "region_code": object})
    children = values.copy()
    links = part_links(regions, changes)
    children["parent"] = children["region_code"].map(
        {code: region.parent for code, region in regions.items()}
    )
    children = _existing(children, changes)
    place_names = {code: name_of(region) for code, region in regions.items()}
    children["name"] = children["region_code"].map(place_names)
    children = children[children["parent"].notna()].astype({"parent": object})
    group = ["parent", "year", "variable"]
    groups = children.groupby(group, as_index=False)
    sums = groups.agg(children_sum=("value", "sum"), children_half=("half", "sum"), known=("value", "size"))
    together: list[list[str]] = [[] for _ in range(len(sums))]
    for number, name in zip(groups.ngroup(), children["name"], strict=True):
        together[number].append(name)
    between = say("validation.list_join")
    sums["children"] = pd.Series(
        [between.join(all_names) for all_names in together], index=sums.index, dtype="str"
    )
    reported = values[(countable["derived"] != "parts").to_numpy(dtype=bool)]
    parents = reported.rename(
        columns={"region_code": "parent", "value": "parent_value", "half": "parent_half"}
    )
    sums = parents.merge(sums, on=group)
    rounding = sums["parent_half"] + sums["children_half"]
    # Binary residue of adding decimal figures is no contradiction.
    explained = rounding + 1e-9 * sums["parent_value"].abs()
    difference = sums["children_sum"] - sums["parent_value"]
    sums["excess"] = difference - explained
    expected = [links.expected(*cell) for cell in zip(sums["parent"], sums["year"], strict=True)]
    sums["shortfall"] = (-difference - explained).where(sums["known"] == expected)
    own = sums.assign(region_code=sums["parent"])
    below = sums.drop(columns=["file", "line"]).merge(
        children[[*group, "region_code", "file", "line"]], on=group
    )
    frame = pd.concat([own, below], ignore_index=True)
    frame["row"] = np.arange(len(frame))
    frame["place"] = frame["parent"].map(place_names).astype(object)
    frame["variable_name"] = frame["variable"].map(names(dictionary))
    return frame


def _figures_behind(rows: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Of how many published figures each value is the sum; each of them was rounded."""
    return np.array([len(behind) if behind else 1 for behind in rows["behind"]], dtype=float)


def _existing(children: pd.DataFrame, changes: Iterable[RegionChange]) -> pd.DataFrame:
    """The children in the years in which they are parts of their parent."""
    succession = Succession(changes)
    if not succession.ended and not succession.split_off:
        return children
    spans = {code: succession.as_part(code) for code in children["region_code"].unique()}
    first, last = (children["region_code"].map({c: span[n] for c, span in spans.items()}) for n in (0, 1))
    return children[children["year"].between(first, last)]
