"""The checks of apowacht: one file, one question about the chain behind an e-prescription."""
