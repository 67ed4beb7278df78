"""个人和企业数据: shown, corrected, copied out, erased on request or by term. Touches fieldwork and earlier rooms, and the file store."""
