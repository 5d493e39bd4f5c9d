"""The servers that are measured: Parlour, Synapse, and a bare aiohttp handler as the ceiling."""
