"""The preparation of a campaign (筹备): one file for each thing, with its table and its rules.

Touches the questionnaire, the database and accounts.
"""
