"""A published report, checked: what it carries to be recomputed from, the computation done again, and what differs."""
