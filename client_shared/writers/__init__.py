"""One file per kind of result: QML, CSS, catalogues."""
