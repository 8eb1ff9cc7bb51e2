"""Which language texts are in, told from their script and their commonest words."""

import re
from collections import Counter
from collections.abc import Iterable

_COMMON = {
    "English": "the and of to is in it that was for with not you this are have but on my very at they i a an be by as "
    "or if do so from we me has had there can will would all when after which what who does",
    "German": "der die das und ist nicht ich zu mit es ein eine auf für den sehr wir auch aber von war hat im",
    "French": "le la les et est une des pas que je pour dans très avec il nous mais sur au ce du qui",
    "Spanish": "el los las y es una que no muy para con por pero se lo está mi del al como más",
    "Italian": "il gli e è una che non per con sono ma molto della di del ho anche nel si più",
    "Portuguese": "o os as e é uma que não muito para com por mas do da no na em eu foi são",
    "Dutch": "de het een en is niet ik van dat met voor maar op zijn was heel ook aan er",
    "Polish": "i nie jest się na że to z do jak ale bardzo dla w od tak był po są",
    "Swedish": "och det är att en som inte jag på för med men av har till ett så var mycket",
    "Danish": "og det er at en som ikke jeg på for med men af har til et så var meget",
    "Turkish": "ve bir bu için çok da de ama ile ben değil daha var ne gibi en kadar",
    "Czech": "a je se na že to v s ale jsem není do jak velmi pro by tak byl po",
}  # fmt: skip
_SCRIPTS = {
    "Japanese": "\u3040-\u30ff",
    "Korean": "\uac00-\ud7af",
    "Chinese": "\u4e00-\u9fff",
    "Russian": "\u0400-\u04ff",
    "Greek": "\u0370-\u03ff",
    "Arabic": "\u0600-\u06ff",
    "Hebrew": "\u0590-\u05ff",
    "Hindi": "\u0900-\u097f",
    "Thai": "\u0e00-\u0e7f",
}
_LANGUAGE_OF: dict[str, set[str]] = {}
for _language, _words in _COMMON.items():
    for _word in _words.split():
        _LANGUAGE_OF.setdefault(_word, set()).add(_language)

_LOCALES = {
    "English": "en_US", "German": "de_DE", "French": "fr_FR", "Spanish": "es_ES", "Italian": "it_IT",
    "Portuguese": "pt_PT", "Dutch": "nl_NL", "Polish": "pl_PL", "Swedish": "sv_SE", "Danish": "da_DK",
    "Turkish": "tr_TR", "Czech": "cs_CZ", "Japanese": "ja_JP", "Korean": "ko_KR", "Chinese": "zh_CN",
    "Russian": "ru_RU", "Greek": "el_GR",
}  # fmt: skip
WITHOUT_SPACES = frozenset({"Japanese", "Chinese", "Thai"})
_LOOKED_AT = 100_000  # characters
_LEAD = 2  # words before the next language


def language_of(texts: Iterable[str]) -> str | None:
    """The language that most of the texts are in; None where too little speaks for one."""
    text = " ".join(texts)[:_LOOKED_AT].casefold()
    letters = sum(character.isalpha() for character in text)
    for language, span in _SCRIPTS.items():
        if letters and len(re.findall(f"[{span}]", text)) > 0.2 * letters:
            return language
    votes = Counter(
        language for word in re.findall(r"[^\W\d_]+", text) for language in _LANGUAGE_OF.get(word, ())
    ).most_common(2)
    lead = votes[0][1] - (votes[1][1] if len(votes) > 1 else 0) if votes else 0
    return votes[0][0] if lead >= _LEAD else None


def locale_of(language: str | None) -> str:
    """The Faker locale whose names go with a language."""
    return _LOCALES.get(language or "", "en_US")
