"""The kernel under every check: how an answer is asked for, judged, said and remembered."""
