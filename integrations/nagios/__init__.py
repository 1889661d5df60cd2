"""Nagios 4: commands, templates, an example, and `apowacht export nagios`."""
