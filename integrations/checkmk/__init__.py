"""Checkmk: `apowacht export checkmk` writes MRPE lines or local checks for its agent."""
