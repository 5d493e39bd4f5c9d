"""The web client measured: a real browser, on a server that hands the client out."""
