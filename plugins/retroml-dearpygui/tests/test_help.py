"""The help: topics that are all readable and rightly linked, made from what is installed; found by words, left by links."""

import pytest
from retroml_dearpygui import actions, offers
from retroml_dearpygui.forms.topics import setting_topic
from retroml_dearpygui.services import help_pages
from retroml_dearpygui.services.help_topics import topics
from retroml_dearpygui.services.markdown import Kind, Style, blocks, plain
from retroml_dearpygui.shortcuts import page_key, shortcuts
from retroml_dearpygui.specs import TopicSpec
from retroml_dearpygui.ui.keyboard import combination
from retroml_dearpygui.viewmodels.help import HelpViewModel
from retroml_dearpygui.viewmodels.train import TrainViewModel

from retroml_core import hookimpl
from retroml_core.app import App


@pytest.fixture
def model(desk):
    desk.settings.set(mode=3)
    return desk.viewmodel(HelpViewModel)


@pytest.fixture(scope="module")
def plain_app():
    """One app for all tests that only read."""
    with App.open() as app:
        yield app


@pytest.fixture(scope="module")
def pages(plain_app):
    """The Markdown of every topic, by name."""
    return {topic.name: topic.read() for topic in topics(plain_app)}


class Extra:
    """A plugin with topics of its own, one of which fails."""

    @hookimpl
    def retroml_desktop_topics(self):
        return [
            TopicSpec(
                name="maps",
                title="Maps",
                summary="Where to go.",
                source="retroml_dearpygui.services.help_pages:keyboard",
                order=5,
            ),
            TopicSpec(name="lost", title="Lost", summary="", source="operator:neg"),
            TopicSpec(name="gone", title="Gone", summary="", source="retroml_dearpygui:help/gone.md"),
        ]


def links(words):
    spans = [
        span for block in blocks(words) for span in (*block.spans, *(s for row in block.rows for cell in row for s in cell))
    ]
    return {span.target for span in spans if span.style is Style.LINK}


def test_every_topic_can_be_read(pages):
    assert [name for name, words in pages.items() if "cannot be shown" in words or len(plain(words)) < 20] == []


def test_every_link_leads_somewhere(pages, plain_app):
    known = {f"topic:{name}" for name in pages} | {f"page:{page.name}" for page in offers.pages(plain_app.plugins)}
    assert {target for words in pages.values() for target in links(words) if not target.startswith("https:")} <= known


def test_every_page_of_the_app_has_a_topic(pages, plain_app):
    asked = {page.help for page in offers.pages(plain_app.plugins) if page.name != "help"}
    assert asked <= pages.keys()


def test_every_shortcut_is_in_the_help_of_the_keyboard_and_can_be_typed(pages, plain_app):
    listed = plain(pages["keyboard"])
    for keys in shortcuts(plain_app.plugins).values():
        for words in keys:
            assert words in listed
            assert combination(words.split(" … ")[0])
    assert {spec.shortcut for spec in offers.actions(plain_app.plugins) if spec.shortcut} <= set(listed.split())


def test_pages_after_the_ninth_have_no_key():
    assert (page_key(9), page_key(10)) == ("Ctrl+9", "")


def test_every_hyperparameter_is_explained_with_its_default_and_its_range(pages, plain_app):
    for name, (_, _, settings) in help_pages.settings_parts(plain_app).items():
        listed = plain(pages[name]).split()
        assert [setting.key for setting in settings if setting.key not in listed] == []
    assert "algorithm.learning_rate default 0.00025; allowed: between 1e-07 and 1.0" in plain(pages["settings.algorithm.ppo"])


def test_what_is_in_the_way_of_training_comes_first(pages):
    marks = [row[0][0].text for row in blocks(pages["troubleshooting"])[-1].rows[1:]]
    order = ["Prevents training", "Note", "Good"]
    assert marks == sorted(marks, key=order.index)


def test_a_plugin_adds_topics_and_one_that_fails_says_so(app):
    app.plugins.register(Extra(), "extra")
    found = {topic.name: topic.read() for topic in topics(app)}
    assert next(iter(found)) == "maps"
    assert found["maps"] == found["keyboard"]
    assert "operator:neg: TypeError" in found["lost"]
    assert "gone.md" in found["gone"]


def test_the_first_topic_is_shown_at_first(model):
    assert (model.topic.name, model.before) == ("first_training", None)
    assert model.blocks


def test_links_go_to_topics_and_back(model):
    model.follow("topic:films")
    model.follow("topic:keyboard")
    assert (model.topic.name, model.before.name) == ("keyboard", "films")
    model.back()
    model.back()
    model.back()
    assert (model.topic.name, model.before) == ("first_training", None)


def test_a_link_to_a_page_goes_there(model, front):
    model.follow("page:videos")
    assert front.places == [("videos", {})]


def test_an_address_that_no_browser_opens_is_copied(model, front, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    model.follow("https://example.org/")
    assert front.clipboard == "https://example.org/"


def test_an_unknown_topic_leaves_all_as_it_is(model):
    model.open("nonsense")
    model.begin("nonsense")
    assert model.topic.name == "first_training"


def test_help_asked_for_elsewhere_has_nothing_to_go_back_to(model):
    model.open("films")
    model.begin("watching")
    assert (model.topic.name, model.before) == ("watching", None)


def test_f1_shows_the_help_about_the_page_on_screen(desk, front):
    desk.settings.set(page="videos")
    actions.show_help(desk)
    assert front.places == [("help", {"topic": "films"})]


def test_words_find_what_they_stand_in_with_titles_first(model):
    model.search("films")
    names = [hit.topic.name for hit in model.hits]
    assert names[0] == "films"
    assert "first_training" in names
    model.search("power cut")
    (hit,) = model.hits
    assert (hit.topic.name, "power cut" in hit.words) == ("pausing", True)


def test_nothing_fits_nonsense(model):
    model.search("zxqv")
    assert model.hits == []
    model.take_first()
    assert model.topic.name == "first_training"


def test_enter_shows_the_best_that_was_found(model):
    model.search("time travel")
    model.take_first()
    assert model.topic.name == "watching"


def test_a_hobbyist_is_shown_what_a_student_is_only_when_searching_for_it(desk, model):
    desk.settings.set(mode=1)
    listed = {hit.topic.name for hit in model.hits}
    assert {"first_training", "keyboard"} <= listed
    assert not {"hyperparameters", "models"} & listed
    model.search("gradient")
    assert "hyperparameters" in {hit.topic.name for hit in model.hits}


def test_the_parts_of_the_settings_are_listed_below_them_only(model):
    assert not any(hit.topic.parent for hit in model.hits)
    model.open("hyperparameters")
    assert "settings.algorithm.ppo" in {hit.topic.name for hit in model.hits}
    model.open("settings.algorithm.ppo")
    assert "settings.algorithm.dqn" in {hit.topic.name for hit in model.hits}


def test_every_field_of_the_train_page_has_its_heading_in_the_help(desk, pages):
    desk.settings.set(mode=4)
    train = desk.viewmodel(TrainViewModel)
    assert train.form.fields
    of_topic = {}
    for field in train.form.fields.values():
        of_topic.setdefault(setting_topic(field.key, train.algorithm, train.game_spec.environment), set()).add(field.label)
    for topic, labels in of_topic.items():
        found = {"".join(span.text for span in block.spans) for block in blocks(pages[topic]) if block.kind is Kind.HEADING}
        assert labels <= found, topic


def test_a_topic_asked_for_elsewhere_begins_at_a_heading(model):
    model.begin("settings.algorithm.ppo", "Learning rate")
    assert (model.topic.name, model.heading, model.before) == ("settings.algorithm.ppo", "Learning rate", None)
    model.open("films")
    assert model.heading == ""
