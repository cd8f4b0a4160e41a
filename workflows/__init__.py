"""Durable workflows: one per case, and what keeps it in step. Deterministic; no I/O of their own."""
