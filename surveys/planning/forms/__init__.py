"""The questionnaire that a campaign issued, version by version. Touches campaigns."""
