"""How we hear: surveys asked at key moments."""
