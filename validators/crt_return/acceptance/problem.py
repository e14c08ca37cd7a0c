"""What stops an acceptance run for a reason that is not a return's: a sentence for the person who runs it."""

from __future__ import annotations


class Stopped(Exception):  # noqa: N818 - the words a caller reads
    """The run cannot go on; the message says what, where and how to mend it. Nothing is half-written."""


def cannot_read(what: object, error: OSError) -> Stopped:
    """The stop for a place that the system will not let us read."""
    return Stopped(f"{what} cannot be read: {reason(error)}.")


def cannot_write(what: object, error: OSError) -> Stopped:
    """The stop for a place that the system will not let us write to, such as a full disk."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return Stopped(f"{what} cannot be written: a file stands where a folder has to be. Give another place.")
    return Stopped(
        f"{what} cannot be written: {reason(error)}. Nothing is half-written: make room, or mend the folder, and run "
        "the same command again."
    )


def reason(error: OSError) -> str:
    """Why the system will not, in its own words."""
    return (error.strerror or "the system gives no reason").lower()
