"""One question on a deputy's page: control, choices, long lists, media. Touches the field's frame and texts."""
