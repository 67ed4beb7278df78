"""Handling (办理): what happens after a finding is handed over, up to its close. Touches every room of reports but exports; none of them touches it."""
