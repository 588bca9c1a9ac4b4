"""How a number came about: the derivation of an indicator or of a ledger item, as data, as text, and what would change it."""
