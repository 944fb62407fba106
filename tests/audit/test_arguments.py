from copy import deepcopy
from threading import get_ident

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from audit.arguments import Arguments


class Numbers(Arguments):
    number = serializers.IntegerField(min_value=1)
    names = serializers.ListField(child=serializers.CharField(), default=list)


def test_arguments_are_checked_anew_each_time():
    with pytest.raises(ValidationError):
        Numbers.of({"number": 0}).is_valid(raise_exception=True)

    first, second = (Numbers.of({"number": number}) for number in (1, 2))
    second.is_valid(raise_exception=True)
    given = second.validated_data
    Numbers.of({"number": 3, "names": ["a"]}).is_valid(raise_exception=True)

    assert (first is second, given) == (True, {"number": 2, "names": []})


def test_what_was_not_checked_cannot_be_taken_for_checked():
    Numbers.of({"number": 1}).is_valid(raise_exception=True)

    with pytest.raises(AssertionError, match="is_valid"):
        _ = Numbers.of({"number": 0}).validated_data


def test_no_field_is_copied_after_the_first_call(monkeypatch):
    Numbers.of({"number": 1})
    copied_by = []

    def noted(value, *memo):
        copied_by.append(get_ident())
        return deepcopy(value, *memo)

    monkeypatch.setattr("rest_framework.serializers.copy.deepcopy", noted)

    Numbers.of({"number": 2}).is_valid(raise_exception=True)

    assert get_ident() not in copied_by  # threads of earlier tests may copy something meanwhile
