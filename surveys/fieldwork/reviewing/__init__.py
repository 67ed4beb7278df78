"""What the desk sees and decides: review, worklists, progress, coverage. Touches visits, receiving, filling."""
