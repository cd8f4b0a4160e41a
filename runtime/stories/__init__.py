"""The articles' stories as data (`data/stories/`), and the player that takes them through the product's own API."""
