"""A backup: fixed views of both stores, the pictures and the secrets, in one archive that proves itself."""
