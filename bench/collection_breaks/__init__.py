"""How well breaks are found: companies made of rows, with one break, one change of the business, or neither."""
