"""Acceptance: the Department's inbox taken to verdicts, receipts and a store of accepted returns."""
