"""A deputy's visits: list, check, receipt, the addresses of a form's pages. Touches offline and questions."""
