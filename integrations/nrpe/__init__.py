"""NRPE and check_by_ssh: plugins that run on another computer, and `apowacht export nrpe`."""
