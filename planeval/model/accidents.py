"""What a ledger of accidents says about itself: where it comes from, until when it was kept, what it covers."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from planeval.messages import say
from planeval.model.plan import RegionCode, Strict
from planeval.model.status import Status


class Category(StrEnum):
    """What an accident is, as far as its window for reporting again depends on it."""

    ROAD_TRAFFIC = "road_traffic"
    FIRE = "fire"
    OTHER = "other"


class Coverage(Strict):
    """Days, both included, of which the ledger holds every accident of a place: that there is no row is then a zero."""

    region_code: RegionCode
    since: date = Field(alias="from")
    until: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.since:
            raise ValueError(say("accidents.wrong.order", since=self.since, until=self.until))
        return self


class LedgerFacts(Strict):
    """The file beside a ledger of accidents.

    ``published``: the day of the ledger's statistics; reports made later are not in them.
    ``include_missing_in_deaths``: persons missing count as deaths, in the totals and for the severity.
    """

    source: str
    source_en: str = ""
    status: Status
    published: date
    covers: tuple[Coverage, ...] = Field(min_length=1)
    include_missing_in_deaths: bool

    @model_validator(mode="after")
    def _known_when_published(self) -> Self:
        for cover in self.covers:
            if cover.until > self.published:
                params = {"code": cover.region_code, "until": cover.until, "published": self.published}
                raise ValueError(say("accidents.wrong.future", **params))
        return self
