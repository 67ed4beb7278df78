"""The addresses of phones: signing in, reading, handing in, parts (receiving.md 3–6).

An application of its own; touches the domain and the shell, no page.
"""
