"""WTForms, one form per file. Touches planning and earlier rooms."""
