"""A room's history as files that outlive this program."""

from client_desktop.core.export.exports import ExportFormat, ExportOptions, ExportResult, Exports

__all__ = ["ExportFormat", "ExportOptions", "ExportResult", "Exports"]
