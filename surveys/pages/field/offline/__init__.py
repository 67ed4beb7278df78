"""The page that carries the whole form for a phone with script. Touches questions."""
