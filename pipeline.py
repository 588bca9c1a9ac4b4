"""The door to planeval on the command line: ``python pipeline.py --help``."""

import sys

from planeval.commands import main

if __name__ == "__main__":
    sys.exit(main())
