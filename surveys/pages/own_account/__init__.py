"""One's own sign-in: second factors, recovery codes, sessions. Touches the shell and authentication."""
