from homeserver.accounts.own_stages import policies
from homeserver.config.registration import TermsDocument


def test_languages_of_one_document_stand_together() -> None:
    documents = tuple(
        TermsDocument(id="privacy", version="1.2", language=language, name=name, url=f"https://x/{language}")
        for language, name in (("en", "Privacy"), ("fr", "Confidentialité"))
    )
    assert policies(documents) == {
        "privacy": {
            "version": "1.2",
            "en": {"name": "Privacy", "url": "https://x/en"},
            "fr": {"name": "Confidentialité", "url": "https://x/fr"},
        }
    }
