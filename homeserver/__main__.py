"""`python -m homeserver` is `parlour`."""

from homeserver.cli import main

main(prog_name="parlour")
