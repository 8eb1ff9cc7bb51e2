"""A guess at tokens holds for every script, and a cap reserves more than it."""

import sys

import pytest

from engine.prompts import prompt_tokens_bound
from providers.base import Message
from services.forms.token_guess import guessed_tokens

# Text, and its tokens by o200k_base and by DeepSeek V3's tokenizer.
MEASURED = {
    "english": ("I wrote to the support team on Monday and they answered within an hour.", 15, 15),
    "russian": ("Посылка пришла на два дня позже, и коробка была порвана с одного угла.", 21, 25),
    "greek": ("Το δέμα έφτασε δύο μέρες αργότερα και το κουτί ήταν σκισμένο σε μια γωνία.", 29, 33),
    "arabic": ("وصل الطرد متأخرا يومين وكانت العلبة ممزقة من إحدى الزوايا.", 21, 25),
    "hindi": ("पार्सल दो दिन देर से पहुँचा और डिब्बा एक कोने से फटा हुआ था।", 24, 36),
    "thai": ("พัสดุมาถึงช้าไปสองวันและกล่องฉีกขาดที่มุมหนึ่ง", 22, 22),
    "chinese": ("包裹晚到了两天，盒子的一个角也破了，不过里面的东西都还能用。", 23, 19),
    "japanese": ("荷物は二日遅れて届き、箱の角が破れていましたが、中身はすべて問題なく動きます。", 31, 30),
    "korean": ("소포가 이틀 늦게 도착했고 상자 한쪽 모서리가 찢어져 있었습니다.", 25, 27),
    "amharic": ("ጥቅሉ ሁለት ቀን ዘግይቶ ደረሰ እና ሳጥኑ በአንድ ጥግ ተቀድዶ ነበር።", 78, 83),
    "emoji": ("😀😂👍🎉🔥😡💔🙏✨📦🚚⭐😍🤔", 20, 23),
    "a row": ('{"order_id":"ORD-000184","date":"2026-03-14","customer":"Anna Keller","amount":"1249.90"}', 30, 30),
}


@pytest.mark.parametrize(("text", "one", "other"), MEASURED.values(), ids=MEASURED)
def test_a_guess_is_within_a_third_of_what_tokenizers_say(text: str, one: int, other: int) -> None:
    middle = (one * other) ** 0.5
    assert 0.67 * middle <= guessed_tokens(text) <= 1.5 * middle


@pytest.mark.parametrize(("text", "one", "other"), MEASURED.values(), ids=MEASURED)
def test_what_a_cap_reserves_is_more_than_any_of_them(text: str, one: int, other: int) -> None:
    assert prompt_tokens_bound([Message("user", text)]) >= max(guessed_tokens(text), one, other)


def test_no_character_is_guessed_above_what_a_cap_reserves_for_it() -> None:
    letters = (chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    assert all(guessed_tokens(letter) <= len(letter.encode()) for letter in letters)


def test_numbers_cost_more_than_words() -> None:
    assert guessed_tokens("4711 0815 2026") > 1.5 * guessed_tokens("soup good only")


def test_nothing_is_no_token() -> None:
    assert guessed_tokens("") == 0
