"""The warm engine: one process that has everything imported, and a fork of it for each job.

Light to import: nothing here pulls in pandas or Jupyter before a job needs them.
"""

from planeval.engine.fork import emit, in_fork
from planeval.engine.template import ForkDied, RemoteError, Template, fork_available

__all__ = ["ForkDied", "RemoteError", "Template", "emit", "fork_available", "in_fork"]
