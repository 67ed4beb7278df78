"""The unit desk's pages: review, findings, progress, phones. Touches shell."""
