"""One protocol, one file: bytes to messages to answers, with every wait inside the deadline."""
