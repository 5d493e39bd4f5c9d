"""What people see: QML, and the little Python that it needs."""
