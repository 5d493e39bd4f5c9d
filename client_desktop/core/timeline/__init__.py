"""Timelines: runs of events with gaps between them, and the rows that people see."""
