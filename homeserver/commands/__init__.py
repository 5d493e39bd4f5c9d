"""The commands of `parlour`, one file per noun; what a command needs is imported when it runs."""
