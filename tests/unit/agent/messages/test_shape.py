from agent.messages.shape import Words, both


def test_an_entry_holds_three_sentences_in_each_language():
    entry = both(ru=("что", "почему", "дальше"), en=("what", "why", "next"))
    assert Words(*entry["ru"]).next_step == "дальше"
    assert Words(*entry["en"]).what == "what"
