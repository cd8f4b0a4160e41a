"""What administrators do, for the API's routes and for pages alike: each deed whole, and journalled."""
