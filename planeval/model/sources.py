"""Where observations come from beside the files: the databases that ``sources.yaml`` names."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from planeval.messages import say
from planeval.model.plan import ID_PATTERN, Strict


class Source(Strict):
    """A table or view of a database, with one observation a row. Passwords stand in the environment alone."""

    name: str
    address: str = ""
    address_env: str = ""
    user_env: str = "PLANEVAL_DB_USER"
    password_env: str = "PLANEVAL_DB_PASSWORD"
    schema_name: str = Field(default="", alias="schema")  # `schema` is a method of pydantic's models
    table: str = Field(min_length=1)
    # Column of the observations -> what the database calls it, where that is another name.
    columns: dict[str, str] = Field(default_factory=dict)

    @field_validator("name")
    @classmethod
    def _names_a_file(cls, name: str) -> str:
        if not ID_PATTERN.fullmatch(name):
            raise ValueError(say("database.name_form"))
        return name

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if bool(self.address) == bool(self.address_env):
            raise ValueError(say("database.one_address"))
        return self

    def column(self, name: str) -> str:
        """What the database calls the column ``name`` of the observations."""
        return self.columns.get(name, name)


class Sources(Strict):
    """The content of ``sources.yaml``."""

    observations: tuple[Source, ...]

    @model_validator(mode="after")
    def _own_names(self) -> Self:
        names = [source.name for source in self.observations]
        if len(names) > len(set(names)):
            raise ValueError(say("database.repeated_name"))
        return self
