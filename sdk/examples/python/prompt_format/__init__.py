"""The analyzer prompt-format: how a chat model wants to be prompted."""
