"""Observations from databases: read whole, read only, and laid down as snapshots among the statistics. Everything else in planeval
reads the snapshots; this room alone connects, and knows user and password."""
