"""Topics are found by what the company says of them, and left out where nothing fits."""

import numpy as np
import pytest

from heedful.understand import light

BILLING = light.TopicSpec("billing", "Bills and payments", "The bill, charges, refunds and direct debits.")
OUTAGE = light.TopicSpec("outage", "Faults and outages", "The internet is down, slow or keeps dropping.")
STAFF = light.TopicSpec("staff", "People who helped", "How friendly, rude or competent the staff were.")
WANTED = [BILLING, OUTAGE, STAFF]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("My bill is wrong, you took two payments", "billing"),
        ("The internet keeps dropping every evening", "outage"),
        ("The staff were friendly and competent", "staff"),
    ],
)
def test_a_description_alone_finds_a_topic(text: str, slug: str) -> None:
    (found,) = light.topics([text], WANTED)
    assert [topic.slug for topic in found] == [slug]
    assert 0.5 <= found[0].confidence <= 1


def test_a_text_on_nothing_that_was_asked_for_has_no_topic() -> None:
    assert light.topics(["My dog likes long walks in the forest", "", "😀"], WANTED) == [[], [], []]


def test_a_text_may_have_several_topics_the_surest_first() -> None:
    text = "The internet is down every night. And the bill is wrong again, you charged two direct debits."
    (found,) = light.topics([text], WANTED)
    assert {topic.slug for topic in found} == {"billing", "outage"}
    assert found[0].confidence >= found[1].confidence


def test_examples_teach_what_the_description_does_not_say() -> None:
    text = "The gaffer from the van left mud on the carpet"
    (before,) = light.topics([text], WANTED)
    taught = light.TopicSpec(
        "staff",
        STAFF.name,
        STAFF.description,
        ("The man from the van left mud in the hall", "The fitter trod dirt on our carpet"),
    )
    (after,) = light.topics([text], [BILLING, OUTAGE, taught])
    assert before == []
    assert [topic.slug for topic in after] == ["staff"]


def test_a_threshold_of_its_own_keeps_a_topic_back() -> None:
    text = "My bill is wrong, you took two payments"
    ((found,),) = light.topics([text], WANTED)
    strict = light.TopicSpec("billing", BILLING.name, BILLING.description, threshold=found.confidence + 0.01)
    assert light.topics([text], [strict, OUTAGE, STAFF]) == [[]]


def test_topics_are_the_same_alone_as_among_others() -> None:
    texts = ["My bill is wrong", "No internet again. Rude staff!", "hello", ""] * 30
    assert light.topics(texts, WANTED) == [light.topics([text], WANTED)[0] for text in texts]


def test_vectors_may_be_asked_in_place_of_texts() -> None:
    texts = ["My bill is wrong, you took two payments", "nothing of the kind"]
    assert light.topics(light.embed(texts), WANTED) == light.topics(texts, WANTED)


def test_without_topics_nothing_is_found() -> None:
    assert light.topics(["My bill is wrong"], []) == [[]]
    assert light.topics([], WANTED) == []


def test_a_single_topic_is_found_and_refused_too() -> None:
    found = light.topics(["My bill is wrong, you took two payments", "The weather is lovely"], [BILLING])
    assert [len(each) for each in found] == [1, 0]


def test_vectors_have_length_one_and_near_texts_are_near() -> None:
    vectors = light.embed(["my card has not arrived", "where is my bank card", "the weather is lovely today"])
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert vectors[0] @ vectors[1] > 0.3 > vectors[0] @ vectors[2]


def test_a_text_without_word_pieces_has_the_zero_vector() -> None:
    assert not light.embed(["", "https://example.org"]).any()
