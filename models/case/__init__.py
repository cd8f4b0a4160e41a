"""The life of one case: state, commands, facts, the table of rules, decide and evolve."""
