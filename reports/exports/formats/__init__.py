"""The files of an export: rows and columns in, one format a module out. Touches columns and rows of exports, no database."""
