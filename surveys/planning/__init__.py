"""Before the field (筹备): a noun per file, its table and its rules. Touches the questionnaire, the database and accounts."""
