"""The desktop client: an engine without a toolkit (`core`), view models, and views in QML."""
