"""The question as a program: the options' charges, objects and rules, in columns and rows."""
