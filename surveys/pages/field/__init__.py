"""The deputy's pages: slip and code, my visits, the questionnaire page by page, checking, handing in, receipt.

Touches the shell and, of the domain, fieldwork and earlier rooms; no page of a desk.
"""
