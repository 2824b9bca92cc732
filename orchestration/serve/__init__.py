"""The serve room: the reports over HTTP, for browsers on this machine."""

from orchestration.serve.server import serve_reports

__all__ = ["serve_reports"]
