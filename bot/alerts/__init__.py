"""What channels are told: which messages are made of changes, what they say, how each arrives once."""
