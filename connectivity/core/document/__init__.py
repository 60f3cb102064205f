"""A topology document: parsed, its fields and inventory read, validated as a whole."""
