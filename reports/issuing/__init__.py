"""From the last check to the printed volume: freeze, print, keep, verify. Touches every room before it and the print shop."""
