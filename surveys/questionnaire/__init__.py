"""The XLSForm questionnaire as plain data and pure functions: workbook in, state of a visit out.

Touches pyxform and openpyxl; no database, no request.
"""
