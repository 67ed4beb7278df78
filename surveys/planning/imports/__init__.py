"""Spreadsheets in, with a fault for each row. Touches people, campaigns, forms."""
