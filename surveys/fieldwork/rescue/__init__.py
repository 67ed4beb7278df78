"""Submissions and drafts carried over by file or by pictures where no network is. Touches visits, receiving, filling."""
