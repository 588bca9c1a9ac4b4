"""Plan files: making a new one by questions and answers, and checking one that is there."""
