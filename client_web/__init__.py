"""The web client: its sources are beside this file, what they are built into is in `FILES`.

The homeserver hands that out (`homeserver.client_api.web_client`), and needs nothing else of this package.
"""

from pathlib import Path
from typing import Final

FILES: Final = Path(__file__).parent / "dist"
"""The built client; not there in a checkout where nothing was built."""
