"""The resident side: the same checks for Prometheus and as a page."""
