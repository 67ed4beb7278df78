"""The accepted reports of the children become the parent's draft, decision by decision. Touches papers and text."""
