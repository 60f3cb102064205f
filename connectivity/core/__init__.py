"""Values in, values out: documents, columns, options, comparisons. No framework, no network."""
