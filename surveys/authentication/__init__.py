"""How staff prove who they are: rules, delays of guessers, sessions, passwords, second factors, the office's provider. Touches accounts and audit."""
