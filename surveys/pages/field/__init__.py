"""The deputy's pages: slip and code, my visits, the questionnaire page by page, checking, handing in, receipt."""
