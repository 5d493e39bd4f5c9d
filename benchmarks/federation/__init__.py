"""Other servers around the measured one: what they are needed for is joining their rooms."""
