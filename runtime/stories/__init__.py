"""The articles' stories (data in `data/stories/`), and the player that takes them through the API."""
