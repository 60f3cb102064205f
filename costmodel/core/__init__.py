"""Values in, values out: charges, price lists, bills. No framework and no network."""
