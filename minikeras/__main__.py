"""``python -m minikeras``: see `commands`."""

import sys

from minikeras.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
