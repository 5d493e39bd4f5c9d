"""What is told about rooms and users beside their events: receipts, read markers, typing, presence."""
