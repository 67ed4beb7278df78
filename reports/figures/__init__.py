"""What the answers amount to: indicators, their tables and charts, rounding, wording, disclosure control. No database; touches text."""
