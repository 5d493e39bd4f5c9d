"""Previews of linked web pages. Pages and pictures are strangers': other processes take them apart."""
