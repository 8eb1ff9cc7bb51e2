"""Which encoding a text file has."""

from pathlib import Path

import pytest

from engine.tables.encoding import decide_encoding, first_undecodable
from handai_errors import TableError

TEXTS = {
    "cp1252": "name,text\nÉlodie,J'ai beaucoup aimé ce café, très agréable à l'été\nJürgen,Die Größe “paßt” – €5\n",
    "cp1250": "jméno;text\nŽofie;Příliš žluťoučký kůň úpěl ďábelské ódy\nŁukasz;Zażółć gęślą jaźń\n",
    "cp1251": "имя;отзыв\nИван;Очень хороший товар, спасибо большое\nМария;Не понравилось, вернула обратно\n",
    "cp1253": "όνομα;σχόλιο\nΓιώργος;Πολύ καλό προϊόν, ευχαριστώ\n",
    "cp1256": "الاسم,تعليق\nأحمد,منتج رائع جدا وشكرا لكم\n",
    "cp932": "名前,感想\n太郎,とても良い商品でした。また買います\n花子,配送が遅かったです\n",
    "gb18030": "姓名,评论\n小明,这个产品非常好用,我很喜欢\n小红,质量一般,物流很快\n",
    "big5": "姓名,評論\n小明,這個產品非常好用,我很喜歡\n",
    "cp949": "이름,후기\n민수,정말 좋은 제품입니다 감사합니다\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_common_encodings_are_recognised(tmp_path: Path, encoding: str) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(TEXTS[encoding].encode(encoding))
    facts = decide_encoding(source, None)
    assert source.read_text(encoding=facts.codec) == TEXTS[encoding]
    assert "stored in an older way" in facts.notices[0]


@pytest.mark.parametrize("word", ["José", "Málaga café", "Müller & Söhne", "été"])
def test_one_accented_word_in_a_long_ascii_file_is_western(tmp_path: Path, word: str) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(b"id,name\n" + b"1,plain text\n" * 200_000 + f"2,{word}\n".encode("cp1252"))
    facts = decide_encoding(source, None)
    assert source.read_text(encoding=facts.codec).endswith(f"2,{word}\n")


def test_a_wrong_encoding_given_by_hand_names_the_line(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(b"a\nb\nM\xfcller\n")
    with pytest.raises(TableError, match=r"not utf-8: a character on line 3 can't be read"):
        decide_encoding(source, "utf-8")


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", "utf\0"])
def test_an_unknown_encoding_is_refused(tmp_path: Path, name: str) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(b"a\n")
    with pytest.raises(TableError, match="not a text encoding"):
        decide_encoding(source, name)


def test_the_encoding_given_by_hand_wins(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes("a\nжук\n".encode("koi8_r"))
    assert source.read_text(encoding=decide_encoding(source, "koi8-r").codec) == "a\nжук\n"


def test_a_character_cut_by_a_chunk_is_no_fault(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(b"x" * ((1 << 20) - 1) + "é".encode() + b"\n")
    assert first_undecodable(source, "utf-8") is None


def test_the_place_of_a_fault_is_exact_across_chunks(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(b"x" * ((1 << 20) - 1) + b"\xc3" + b"A")
    assert first_undecodable(source, "utf-8") == (1 << 20) - 1


def test_a_file_that_ends_inside_a_character_is_noticed(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(b"abc\xc3")
    assert first_undecodable(source, "utf-8") == 3


def test_a_damaged_utf16_file_says_so(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes("a,b\n1,2\n".encode("utf-16") + b"\x00")
    with pytest.raises(TableError, match="begins as utf-16 text, but is damaged"):
        decide_encoding(source, None)
