"""Files: looked at before they are shown, fetched when asked, kept within bounds, sent with what they are."""
