"""Who is calling: passwords, signed tokens, sessions that can be revoked, and limits on guessing."""
