"""Take over what others made (icons, fonts, emoji) from their unpacked npm packages; run by hand, seldom."""
