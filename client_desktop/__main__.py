"""`python -m client_desktop` is `parlour-desktop`."""

import sys

from client_desktop.main import main

sys.exit(main())
