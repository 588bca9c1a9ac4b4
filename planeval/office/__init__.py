"""The report for an office: a Word file to edit and file, and the printed page as a PDF file."""
