"""Reports as Word files (Word 稿): what goes out for WPS and Word, and what of it comes back.

Touches papers and earlier rooms; issues nothing.
"""
