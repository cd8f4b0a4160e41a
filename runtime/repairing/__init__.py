"""Bringing records and workflows together again after one of the two stores was set back to an older day."""
