"""The hub's tables and every SQL statement over them; the rest of the hub thinks in values."""
