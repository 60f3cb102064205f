"""How values are written: JSON, figures, and texts of people made harmless."""
