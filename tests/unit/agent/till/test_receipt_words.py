"""The receipt's words are there in both languages."""

from agent.till.receipt_words import WORDS, say


def test_each_word_in_both_languages():
    for word, texts in WORDS.items():
        assert set(texts) == {"ru", "en"}, word
        assert all(text and text == text.strip() for text in texts.values()), word
        assert texts["ru"] != texts["en"], word


def test_said():
    assert (say("earned", "ru"), say("earned", "en")) == ("Начислено", "Earned")
