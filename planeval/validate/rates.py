"""The ``rates`` frame: every indicator recomputed, beside the published rate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planeval.model.dictionary import Dictionary
from planeval.validate.columns import KEY, names, published_halves

COLUMNS = ["region_code", "place", "year", "variable", "recomputed"]


def rates_frame(latest: pd.DataFrame, panel: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """One row a region, year and indicator that has a recomputed or a published value, in the indicator's unit.

    ``recomputed`` = scale x numerator / denominator of the same year (missing with a zero denominator),
    ``published`` the rate as published, ``numerator`` the variable a recomputed value rests on,
    ``plausible_max`` from the dictionary, ``beyond_rounding`` the part of the
    difference that the published digits do not explain, as a fraction of the recomputed value.
    """
    parts = []
    for key, indicator in dictionary.indicators.items():
        part = panel[["region_code", "place", "year"]].copy()
        part["variable"] = key
        numerator = panel.get(indicator.numerator or "")
        denominator = panel.get(indicator.denominator) if indicator.denominator else None
        part["recomputed"] = np.nan
        if numerator is not None and indicator.denominator is None:
            part["recomputed"] = indicator.scale * numerator
        elif numerator is not None and denominator is not None:
            part["recomputed"] = indicator.scale * numerator / denominator.where(denominator > 0)
        parts.append(part)
    # Where the numerator is the indicator's own series, a row of it is no second source.
    rated = [key for key, indicator in dictionary.indicators.items() if indicator.numerator != key]
    published = latest[latest["variable"].isin(rated)]
    rounding = published_halves(published, pd.Series("rate", index=published.index))
    published = published.assign(published=published["value"], half=rounding)
    published = published[[*KEY, "published", "half"]].astype({"variable": object})
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    frame = frame.astype({"variable": object}).merge(published, on=KEY, how="left")
    frame = frame[frame["recomputed"].notna() | frame["published"].notna()].reset_index(drop=True)
    frame["row"] = np.arange(len(frame))
    frame["variable_name"] = frame["variable"].map(names(dictionary))
    frame["unit"] = frame["variable"].map({key: i.unit for key, i in dictionary.indicators.items()})
    frame["numerator"] = frame["variable"].map({key: i.numerator for key, i in dictionary.indicators.items()})
    limits = {key: i.plausible_max for key, i in dictionary.indicators.items()}
    frame["plausible_max"] = frame["variable"].map(limits).astype(float)
    unexplained = ((frame["published"] - frame["recomputed"]).abs() - frame["half"]).clip(lower=0)
    # A zero recomputed value gives 0/0 (agreed) or x/0 (infinitely far off); both are meant.
    frame["beyond_rounding"] = (unexplained / frame["recomputed"].abs()).mask(unexplained == 0, 0.0)
    return frame
