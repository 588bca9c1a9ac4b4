"""planeval: evaluates the promises of five-year emergency-management plans against the yearly statistics."""

__version__ = "0.3.0"
