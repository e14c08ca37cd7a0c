"""A report in the forms people and programs use: one file a form. No form decides anything."""
