"""The version, once: `importlib.metadata` would cost a third of a plugin's whole run."""

VERSION = "0.1.0"
