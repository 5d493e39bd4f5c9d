"""Application services: programs that an operator lets act for a namespace of users, aliases and rooms.

Spec: https://spec.matrix.org/v1.19/application-service-api/
"""
