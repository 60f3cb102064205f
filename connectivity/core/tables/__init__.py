"""A document as tables to edit: columns, edits, pasted spreadsheets, differences."""
