"""Previews of linked web pages. Pages and pictures are strangers': they are taken apart by other processes."""
