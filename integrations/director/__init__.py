"""Icinga Director: site files as its objects, and the plugins as its commands."""
