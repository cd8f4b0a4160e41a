"""Pictures as evidence: decoded, read for place and time, cleaned, encoded anew, stored by their hash."""
