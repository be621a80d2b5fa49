"""What pages and plugins are given, and how their offers are collected."""

from retroml_dearpygui import offers
from retroml_dearpygui.specs import ActionSpec, PageSpec
from retroml_dearpygui.viewmodels.base import ViewModel

from retroml_core import hookimpl
from retroml_core.faults import Fault


class Offering:
    @hookimpl
    def retroml_desktop_pages(self):
        return [PageSpec(name="mine", title="Mine", summary="", icon="", factory="x:y", order=1), "no page"]

    @hookimpl
    def retroml_desktop_actions(self):
        raise RuntimeError("broken")


def test_pages_of_plugins_come_in_the_order_they_ask_for(app):
    app.plugins.register(Offering(), "offering")
    assert [page.name for page in offers.pages(app.plugins)][:2] == ["mine", "train"]


def test_an_offer_of_another_kind_is_reported(app):
    app.plugins.register(Offering(), "offering")
    offers.pages(app.plugins)
    assert "offers 'no page' in retroml_desktop_pages" in str(app.plugins.failures[-1])


def test_a_list_of_plugins_says_what_is_wrong_with_what_they_add(app):
    app.plugins.register(Offering(), "offering")
    told = [failure.what for failure in app.plugins.plugins()[-1].failures]
    assert "offers page 'mine', but there is no module x" in told


def test_a_plugin_that_fails_leaves_the_others(app):
    app.plugins.register(Offering(), "offering")
    assert all(isinstance(action, ActionSpec) for action in offers.actions(app.plugins))
    assert "broken" in str(app.plugins.failures[-1])


def test_a_second_page_of_the_same_name_is_reported(app):
    for name in ("one", "two"):
        app.plugins.register(Offering(), name)
    assert [page.name for page in offers.pages(app.plugins)].count("mine") == 1


def test_a_viewmodel_is_made_once(desk):
    assert desk.viewmodel(ViewModel) is desk.viewmodel(ViewModel)


def test_background_work_hands_its_result_over(desk):
    seen = []
    desk.background(lambda: 7, seen.append)
    assert seen == [7]


def test_a_fault_in_the_background_becomes_a_message_in_its_own_words(desk, front):
    def work():
        raise Fault("the disk is full: free some")

    desk.background(work)
    assert front.toasts == [("That did not work", "the disk is full: free some", "danger")]
    assert front.crashes == []


def test_a_bug_in_the_background_becomes_a_crash_report(desk, front):
    desk.background(lambda: 1 // 0)
    assert [type(error) for error in front.crashes] == [ZeroDivisionError]
