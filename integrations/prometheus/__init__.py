"""Prometheus and Alertmanager: alerts, recording rules, examples."""
