"""The classroom: a live page that teaches the model, its lessons, and a class that plays.

`linli classroom` starts it. It serves one page of its own from this machine and asks nothing of any other.
"""
