"""Asking: what is asked, who asks whom, what came back."""
