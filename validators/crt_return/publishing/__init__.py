"""What is made from the standard for others to use: descriptors, pages, templates. It judges no return."""
