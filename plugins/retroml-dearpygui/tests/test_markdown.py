"""Markdown becomes blocks of spans, and spans become lines; no window is needed."""

import pytest
from retroml_dearpygui.services.markdown import Block, Kind, Span, Style, blocks, plain
from retroml_dearpygui.viewmodels.flow import lines


def wide(span):
    """Every letter is ten pixels wide."""
    return 10 * len(span.text)


def written(found):
    return ["".join(span.text for span in line) for line in found]


def test_headings_know_their_level():
    assert blocks("## Small\n\n# Large") == [
        Block(Kind.HEADING, (Span("Small"),), 2),
        Block(Kind.HEADING, (Span("Large"),), 1),
    ]


def test_a_paragraph_is_one_block_whatever_its_lines():
    assert blocks("one\ntwo\n\nthree") == [Block(Kind.PARAGRAPH, (Span("one two"),)), Block(Kind.PARAGRAPH, (Span("three"),))]


def test_words_have_styles():
    (block,) = blocks("so **very** *soft* and `mono`")
    assert [(span.text, span.style) for span in block.spans] == [
        ("so ", Style.PLAIN),
        ("very", Style.STRONG),
        (" ", Style.PLAIN),
        ("soft", Style.SOFT),
        (" and ", Style.PLAIN),
        ("mono", Style.CODE),
    ]


def test_a_link_keeps_where_it_leads_whatever_is_in_it():
    (block,) = blocks("see [the **films**](topic:films).")
    assert block.spans == (Span("see "), Span("the films", Style.LINK, "topic:films"), Span("."))


def test_items_are_numbered_as_written_and_know_how_deep_they_lie():
    found = blocks("3. three\n4. four\n    - below\n")
    assert [(block.mark, block.level, block.spans[0].text) for block in found] == [
        ("3.", 0, "three"),
        ("4.", 0, "four"),
        ("•", 1, "below"),
    ]


def test_a_further_paragraph_of_an_item_has_no_mark():
    assert [block.mark for block in blocks("- one\n\n  more\n")] == ["•", ""]


def test_a_table_has_its_head_first():
    (table,) = blocks("| a | b |\n|---|---|\n| **c** | [d](topic:d) |\n")
    assert table.kind is Kind.TABLE
    assert table.rows == (((Span("a"),), (Span("b"),)), ((Span("c", Style.STRONG),), (Span("d", Style.LINK, "topic:d"),)))


def test_notes_and_code_are_blocks_of_their_own():
    assert [block.kind for block in blocks("> a hint\n\n```\nretroml\n```\n")] == [Kind.NOTE, Kind.CODE]


@pytest.mark.parametrize("words", ["", "\n\n", "[](", "| a |\n|---|", "***", "<b>x</b>", "- \n", "![x](y.png)", "\x00"])
def test_any_text_can_be_read(words):
    assert isinstance(blocks(words), list)


def test_what_is_searched_has_no_markup():
    assert plain("# A\n\n- b **c**\n\n| d | e |\n|---|---|\n| f | [g](topic:g) |\n") == "A b c d e f g"


def test_lines_break_at_spaces_only():
    assert written(lines([Span("one two three")], 80, wide)) == ["one two", "three"]


def test_a_word_wider_than_the_room_has_a_line_of_its_own():
    assert written(lines([Span("a extraordinarily b")], 50, wide)) == ["a", "extraordinarily", "b"]


def test_a_comma_stays_with_the_word_before_it():
    assert written(lines([Span("look "), Span("films", Style.LINK, "x"), Span(", now")], 105, wide)) == ["look", "films, now"]


def test_no_link_ends_or_begins_with_a_space():
    found = lines([Span("to "), Span("a b", Style.LINK, "x"), Span(" "), Span("c", Style.LINK, "y"), Span(" or")], 999, wide)
    assert written(found) == ["to a b c or"]
    assert [span.text for span in found[0] if span.style is Style.LINK] == ["a b", "c"]


def test_a_link_that_is_broken_leads_from_each_of_its_lines():
    found = lines([Span("all games", Style.LINK, "page:train")], 50, wide)
    assert [line[0].target for line in found] == ["page:train", "page:train"]
