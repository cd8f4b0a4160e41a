"""The vocabulary of Shaodao.

`case`, `clocks` and `city` are the pure core: values and functions, no I/O, no wall clock, no Temporal.
`tables` and `queries` are what people read, in PostgreSQL.
"""
