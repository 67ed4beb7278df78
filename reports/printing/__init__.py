"""The print shop: plain data in, PDF bytes out; knows no survey and no request. Touches WeasyPrint and the tools of PDF alone."""
