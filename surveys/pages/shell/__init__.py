"""What every page stands on: frame, sign-in, languages, errors, tables, security headers. Touches no other room of pages."""
