"""`apowacht discover`: asks a pharmacy's devices once and writes its site file."""
