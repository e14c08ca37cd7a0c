"""Taking a return of an earlier version of the standard over to a later one, by declared steps. It judges nothing."""
