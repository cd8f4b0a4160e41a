"""The servers that `make run` brings along, PostgreSQL and Temporal, with their state in one folder."""
