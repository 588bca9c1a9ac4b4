"""Figures that stand in no file of statistics: yearly totals of a ledger of accidents, sums over parts or over what a place was
made from. They are rows like any other, and say from which rows they come."""
