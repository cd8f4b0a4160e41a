"""Faults: what the product keeps when its parts are killed, paused and starved, how soon it is back."""
