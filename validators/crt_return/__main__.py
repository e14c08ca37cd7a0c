"""`python -m crt_return`, for where scripts cannot be put on the path."""

from crt_return.cli import main

main()
