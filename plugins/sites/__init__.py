"""The site files: one pharmacy each, read once for plugins, exporter and exports alike."""
