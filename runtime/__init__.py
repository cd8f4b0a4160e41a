"""What a running house needs and no citizen sees: settings, connections, logs, processes."""
