"""A pharmacy in a box: devices that answer over their real protocols on loopback."""
