"""`python -m apowacht.simulator` is `apowacht simulator`."""

from __future__ import annotations

from apowacht.simulator.command import simulator

if __name__ == "__main__":
    simulator()
