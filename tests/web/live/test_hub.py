from heedful.web.live.hub import ROOM, Hub


def test_a_page_hears_its_topics_and_no_others() -> None:
    hub = Hub()
    cases, one, other = (hub.enter(frozenset({topic})) for topic in ("cases", "cases:7", "customer:7"))
    hub.publish("cases", "7")
    hub.publish("cases", "8")
    assert cases.waiting.qsize() == 2
    assert one.waiting.get_nowait() == b'id: 1\nevent: cases:7\ndata: {"topic": "cases", "id": "7"}\n\n'
    assert one.waiting.empty()
    assert other.waiting.empty()


def test_a_page_that_is_too_slow_is_sent_away_and_the_others_stay() -> None:
    hub = Hub()
    slow, quick = hub.enter(frozenset({"cases"})), hub.enter(frozenset({"cases"}))
    for number in range(ROOM + 1):
        hub.publish("cases", str(number))
        quick.waiting.get_nowait()
    assert hub.everybody() == {quick}
    rest = [slow.waiting.get_nowait() for _ in range(slow.waiting.qsize())]
    assert rest[-1] is None


def test_nothing_is_kept_of_a_page_that_left() -> None:
    hub = Hub()
    page = hub.enter(frozenset({"cases", "customer:1"}))
    hub.leave(page)
    hub.leave(page)
    assert dict(hub.by_topic) == {}


def test_everybody_is_sent_home_at_the_end() -> None:
    hub = Hub()
    page = hub.enter(frozenset({"cases"}))
    hub.close()
    assert page.waiting.get_nowait() is None
    assert hub.everybody() == set()
