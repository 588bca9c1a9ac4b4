"""Names and units as readers see them, at hand for whatever shows something (see `planeval.messages.names` and
`planeval.messages.units`)."""

from planeval.messages.names import Named, in_language, name_of
from planeval.messages.units import quantity, unit_of

__all__ = ["Named", "in_language", "name_of", "quantity", "unit_of"]
