"""What the desktop offers besides a window: notifications, tray, one instance, links, window state."""
