"""Trains the small Mandarin speech model that ships with callcue."""
