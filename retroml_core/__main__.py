"""`python -m retroml_core` is the same as `retroml`."""

import sys

from retroml_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
