"""What is timed or measured: `python -m tests.bench`. Ratios where it is a time, measured side by side in one run."""
