"""What the sheet `diaoyan` says an answer is. Touches package, sheets, state."""
