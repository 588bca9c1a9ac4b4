"""The yearly workbook: written to be filled in, read back cell by cell, and returned with its mistakes marked."""
