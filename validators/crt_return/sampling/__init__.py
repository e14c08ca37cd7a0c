"""Synthetic returns: made valid by construction, then, if asked, with one rule's fault planted at a time.

No real trust, team or person stands behind any figure made here.
"""
