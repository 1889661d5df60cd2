"""How long something may take in a test.

A test may say that a wait ends by its deadline, never how fast this machine is: that is what the
benchmarks measure. So what is awaited has to differ from the failure by more than a busy machine
can add.
"""

SPARE_SECONDS = 3.0
"""What a machine with other work may add to a deadline."""
