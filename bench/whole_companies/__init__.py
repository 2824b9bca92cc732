"""How well breaks are detected, from files to breaks: sample companies of many shapes through ingest and the models."""
