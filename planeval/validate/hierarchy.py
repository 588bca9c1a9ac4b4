"""The ``hierarchy`` frame: the places below one place, summed, against the place itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.dictionary import Dictionary, VariableKind
from planeval.read.regions import Region
from planeval.read.units import UNITS
from planeval.validate.columns import each, kinds, names, published_halves


def hierarchy_frame(latest: pd.DataFrame, dictionary: Dictionary, regions: dict[str, Region]) -> pd.DataFrame:
    """Counts and amounts of a parent and year for which at least one child has a value too.

    There is one row for the parent and one for each of the children in the sum, so that each of their reports shows
    what does not add up. ``excess`` = sum of the children - parent - what rounding may explain. Only a complete set
    of children can equal the parent, and nothing says when a set is complete; so only an excess is a contradiction.
    """
    kind = latest["variable"].map(kinds(dictionary))
    # Hours are a longest time, not a total: the places below cannot be summed.
    total = ~each(latest["unit"], lambda unit: unit in UNITS and UNITS[unit][0] == "time").astype(bool)
    countable = latest[total & kind.isin([str(VariableKind.COUNT), str(VariableKind.AMOUNT)])]
    values = countable[["region_code", "year", "variable", "value", "unit", "file", "line"]].copy()
    values["half"] = published_halves(countable, kind.loc[countable.index])
    values = values.astype({"variable": object, "region_code": object})
    children = values.copy()
    children["parent"] = children["region_code"].map(
        {code: region.parent for code, region in regions.items()}
    )
    place_names = {code: name_of(region) for code, region in regions.items()}
    children["name"] = children["region_code"].map(place_names)
    children = children[children["parent"].notna()].astype({"parent": object})
    group = ["parent", "year", "variable"]
    groups = children.groupby(group, as_index=False)
    sums = groups.agg(children_sum=("value", "sum"), children_half=("half", "sum"))
    together: list[list[str]] = [[] for _ in range(len(sums))]
    for number, name in zip(groups.ngroup(), children["name"], strict=True):
        together[number].append(name)
    between = say("validation.list_join")
    sums["children"] = pd.Series(
        [between.join(all_names) for all_names in together], index=sums.index, dtype="str"
    )
    parents = values.rename(columns={"region_code": "parent", "value": "parent_value", "half": "parent_half"})
    sums = parents.merge(sums, on=group)
    rounding = sums["parent_half"] + sums["children_half"]
    # Binary residue of adding decimal figures is no contradiction.
    sums["excess"] = (
        sums["children_sum"] - sums["parent_value"] - rounding - 1e-9 * sums["parent_value"].abs()
    )
    own = sums.assign(region_code=sums["parent"])
    below = sums.drop(columns=["file", "line"]).merge(
        children[[*group, "region_code", "file", "line"]], on=group
    )
    frame = pd.concat([own, below], ignore_index=True)
    frame["row"] = np.arange(len(frame))
    frame["place"] = frame["parent"].map(place_names).astype(object)
    frame["variable_name"] = frame["variable"].map(names(dictionary))
    return frame
