"""Deadlines, and their shares."""

from __future__ import annotations

from apowacht.plugins.core.deadline import Deadline, Share


def test_a_deadline_only_runs_down() -> None:
    """Never more than it began with, never negative."""
    deadline = Deadline(100)
    first = deadline.remaining()
    assert deadline.remaining() <= first <= 100
    assert Deadline(0).remaining() == 0
    assert Deadline(-1).expired


def test_a_share_is_a_part_of_what_is_left() -> None:
    """Renewed for each wait, and never longer than the whole."""
    whole = Deadline(100)
    share = Share(whole)
    share.renew(0.5)
    assert 49 < share.remaining() <= 50
    share.renew(1)
    assert share.remaining() <= 100
    spent = Share(Deadline(0))
    spent.renew(1)
    assert spent.expired
