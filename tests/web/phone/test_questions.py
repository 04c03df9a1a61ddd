"""Questionnaires on the phone: one item a screen, resumed, scored, kept; what is left open is no answer."""

from __future__ import annotations

from django.test import Client

from mortise.record import Reading
from mortise.web.care import services
from tests.web import builders

PATH = "/phone/questions/named-activities/"


def readings(cast: builders.Cast) -> list[Reading]:
    return list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(Reading))


def test_one_item_a_screen_resumed_and_scored(phone: Client, cast: builders.Cast) -> None:
    page = phone.get(PATH).content.decode()
    assert "1 of 5" in page
    assert page.split("<template")[0].count("<fieldset") == 1
    assert phone.post(PATH, {"item": "1", "answer": "4"})["Location"] == f"{PATH}?item=2"
    phone.post(PATH, {"item": "2", "answer": "6"})
    assert "3 of 5" in phone.get(PATH).content.decode()  # begun again where it was left
    assert "2 answered" in phone.get("/phone/questions/").content.decode()
    assert "3 of 5" in phone.get(f"{PATH}?item=5").content.decode()  # nothing is leapt over
    phone.post(PATH, {"item": "3", "answer": "5"})
    for number in (4, 5):
        phone.post(PATH, {"item": str(number), "answer": "unknown"})
    end = phone.get(PATH).content.decode()
    assert "2 left open" in end
    assert readings(cast) == []
    assert phone.post(PATH, {"item": "6"})["Location"] == "/phone/"
    (reading,) = readings(cast)
    assert (str(reading.value.normalize()), reading.trials[0]) == ("5", 4)
    assert phone.post(PATH, {"item": "6"}).status_code in (302, 422)
    assert len(readings(cast)) == 1


def test_an_item_without_an_answer_is_asked_again_and_nothing_answered_saves_nothing(
    phone: Client, cast: builders.Cast
) -> None:
    assert phone.post(PATH, {"item": "1"}).status_code == 422
    for number in range(1, 6):
        phone.post(PATH, {"item": str(number), "answer": "unknown"})
    phone.post(PATH, {"item": "6"})
    assert readings(cast) == []
    assert "Nothing was saved" in phone.get("/phone/").content.decode()


def test_only_words_that_may_be_shown_are_asked_and_nothing_that_every_check_asks(phone: Client) -> None:
    page = phone.get("/phone/questions/").content.decode()
    assert "/phone/questions/named-activities/" in page
    for other in ("faam", "cait", "tsk-17", "ankle-diary"):
        assert f"/phone/questions/{other}/" not in page
    assert phone.get("/phone/questions/faam/").status_code == 404
