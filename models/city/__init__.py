"""The city: its units, the posts people hold in them, the catalogue of matters, and routing."""
