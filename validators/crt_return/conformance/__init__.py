"""The conformance kit: for each rule, returns with what a validator has to say of them, and what runs one over them.

`kit` makes it from the standard; `runner` runs any command line over it. The runner knows the kit by its files alone.
"""
