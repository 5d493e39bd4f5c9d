"""What only the server's own pages can do, for accounts that signed in through them."""

from __future__ import annotations

from client_desktop.core.errors import NotAllowed


class ManagedInBrowser(NotAllowed):
    """The account is managed on the server's pages: open `url`, if there is one.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#oauth-20-account-management
    """

    word = "managed_in_browser"

    def __init__(self, url: str | None) -> None:
        super().__init__("the account is managed in the browser")
        self.url = url
