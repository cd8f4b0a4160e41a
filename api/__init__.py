"""The thin door: HTTP before the core, the engine and what people read. It holds no rules of the field."""
