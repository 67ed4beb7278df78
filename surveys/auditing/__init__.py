"""The audit trail read and proved (操作记录): its chain, its verification, its search, who read what. Touches audit and jobs."""
