"""What a report says, as frozen plain data: blocks, manuscripts, figure tokens, suppressed words. Pure; touches no other room."""
