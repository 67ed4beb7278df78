"""What travels between server, phone and report, as declared types: the package and a version's content. Pure; touches no other room."""
