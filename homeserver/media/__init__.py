"""The content repository: uploads, downloads, thumbnails.

Spec: https://spec.matrix.org/v1.19/client-server-api/#content-repository
"""
