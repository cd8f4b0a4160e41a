"""What people read: SQL over the tables, each query within the jurisdiction of who asks."""
