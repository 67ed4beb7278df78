"""From workbook to package, the one source for server, phone and report. Touches checking, rules, sheets."""
