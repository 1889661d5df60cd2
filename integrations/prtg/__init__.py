"""PRTG: examples of a sensor that runs a plugin."""
