"""How well breaks are found from the files on: sample companies of many shapes through ingest and the models."""
