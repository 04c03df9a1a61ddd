"""What every page is built from: base pages, look, fields, marks, error pages."""
