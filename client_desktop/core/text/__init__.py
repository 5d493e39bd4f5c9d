"""Text that people wrote: made safe, understood, and given as what a toolkit can draw. No toolkit here."""
