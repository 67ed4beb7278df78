"""What a figure or a sentence rests on: accepted answers, consents, findings, annexes, traces. Touches figures and text."""
