"""The national report: figures for England from accepted returns, what may be shown below England, and its forms."""
