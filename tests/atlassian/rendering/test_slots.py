"""A workspace renders few texts at a time, so that its long pages leave the processor to others."""

import threading

import pytest

from atlassian.errors import UpstreamBusy
from atlassian.rendering.slots import Turns


def test_a_workspace_has_its_turns_and_another_has_its_own():
    turns = Turns(at_once=1)

    with (
        turns.turn("busy", 0),
        turns.turn("other", 0),
        pytest.raises(UpstreamBusy, match="1 long texts"),
        turns.turn("busy", 0),
    ):
        pass


def test_who_waits_comes_next():
    turns = Turns(at_once=1)
    order = []
    begun = threading.Event()

    def second():
        begun.set()
        with turns.turn("busy", 5):
            order.append("second")

    with turns.turn("busy", 5):
        thread = threading.Thread(target=second)
        thread.start()
        begun.wait()
        order.append("first")
    thread.join()

    assert order == ["first", "second"]


def test_a_turn_that_does_not_come_is_refused_and_nothing_stays_counted():
    turns = Turns(at_once=1, timeout=0.001)

    with turns.turn("busy", 5), pytest.raises(UpstreamBusy), turns.turn("busy", 5):
        pass
    with turns.turn("busy", 0):
        pass


def test_a_turn_ends_with_a_fault_too():
    turns = Turns(at_once=1)

    with pytest.raises(ZeroDivisionError), turns.turn("busy", 0):
        raise ZeroDivisionError

    with turns.turn("busy", 0):
        pass
