"""Two days compared: which figures became known or were corrected in between, and which verdicts changed because of it."""
