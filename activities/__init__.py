"""Activities: what workflows have done outside. Thin, injected, named; one thing each."""
