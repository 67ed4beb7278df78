"""Guangzhou's 1,200 enterprises as data and a simulation through the real doors. Everything in it is invented.

Touches every room of both halves; none touches it.
"""
