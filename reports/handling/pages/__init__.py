"""The doors of handling: office, committee, department, deputy. Touches the room and the shell of the reports' pages."""
