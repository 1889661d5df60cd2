"""What plugs into the monitoring that is there: a folder per tool, with what makes its files."""
