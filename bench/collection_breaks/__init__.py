"""How well breaks are detected: companies generated as rows, with one break, one change of the business, or neither."""
