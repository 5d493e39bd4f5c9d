"""What federation needs from whoever stores things: one small Protocol per concern."""
