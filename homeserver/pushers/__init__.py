"""Telling users who are not here of what notifies them: by push gateways, web push and e-mail."""
