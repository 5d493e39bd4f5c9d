"""The engine: accounts, sync, store, timelines, encryption. Knows no toolkit; runs on one event loop."""
