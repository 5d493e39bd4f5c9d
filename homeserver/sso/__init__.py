"""Single sign-on: other systems, by OpenID Connect, say who somebody is."""
