"""What happens after the report: hand-overs and replies. Touches every room of reports but its pages; none of them touches it."""
