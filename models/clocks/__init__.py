"""Deadlines: policies, the working calendar, and clocks as a budget minus a ledger."""
