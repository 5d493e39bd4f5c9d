"""End-to-end encryption: what is behind `Crypto`, the facade in `crypto.py`.

Spec: https://spec.matrix.org/v1.19/client-server-api/#end-to-end-encryption
"""
