"""A visit while it is filled in: drafts, uploads, the lists of phones, entry from paper, trials. Touches visits and receiving."""
