"""View models: what the interface shows and what can be done, as Qt objects without any view."""
