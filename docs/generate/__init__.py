"""Writes the parts of the documentation that the code knows better than any author (`make docs`)."""
