"""The addresses of phones: signing in, reading, handing in, parts (receiving.md 3–6)."""
