"""From a device's answer to facts: pure functions, one file per source, no clock and no socket."""
