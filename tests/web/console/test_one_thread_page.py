"""What staff see of a citizen with several doors, and of the files that came through them."""

from __future__ import annotations

from desk import tickets
from tests.conversations.test_citizens_files import PHOTO, picture, with_files
from tests.conversations.test_thread import two_doors
from tests.web.console.office import Office, done

LIST = "/staff/conversations"


def talk(office: Office, channel: str = "kakao", sender: str = "k1") -> str:
    return office.below.conversation(sender, channel).id


def first_file(page: str) -> str:
    """Where the first file under a message is."""
    return page.split('class="sent-files"')[1].split('href="')[1].split('"', maxsplit=1)[0]


def test_the_page_names_every_door_and_each_message_its_own(office: Office) -> None:
    number = done(two_doors(office.below))
    lee = office.signed_in("lee", "admin")
    shown = lee.get(f"{LIST}/{talk(office)}").text
    assert "<h1>카카오톡 · 누리집 채팅 대화</h1>" in shown
    assert '<span class="tag">카카오톡</span>' in shown
    assert '<span class="tag">누리집 채팅</span>' in shown
    assert number in shown
    assert (
        '<span class="tag">카카오톡</span>' in lee.get(f"/staff/tickets/{number}").text.split("대화</h2>")[1]
    )


def test_what_comes_by_another_door_is_fetched_once(office: Office) -> None:
    done(two_doors(office.below))
    lee = office.signed_in("lee", "admin")
    live = f"{LIST}/{talk(office)}/live"
    seen = lee.get(f"{LIST}/{talk(office)}").text.split("live?after=")[1].split('"')[0]
    assert lee.get(f"{live}?after={seen}").status_code == 204
    office.below.later(minutes=1)
    done(office.below.say("누리집에서 다시 여쭙니다"))
    fresh = lee.get(f"{live}?after={seen}").text
    assert fresh.count("누리집에서 다시 여쭙니다") == 1
    assert "안녕하세요" not in fresh.split("누리집에서")[0]


def test_with_one_door_no_message_names_it(office: Office) -> None:
    done(office.below.say("안녕하세요", sender="k1", channel="kakao"))
    shown = office.signed_in("lee", "admin").get(f"{LIST}/{talk(office)}").text
    assert '<span class="tag">카카오톡</span>' not in shown


def test_a_file_is_opened_from_the_conversation_and_that_is_logged(office: Office) -> None:
    done(office.below.conversations.receive(with_files(office.below, picture("영수증.jpg"))))
    lee, here = office.signed_in("lee", "admin"), talk(office)
    shown = lee.get(f"{LIST}/{here}").text
    assert "영수증.jpg" in shown
    link = first_file(shown)
    opened = lee.get(link)
    assert opened.content == PHOTO
    assert opened.headers["content-disposition"].startswith("attachment")
    assert ("conversation.file", here) in office.logged()


def test_a_file_of_somebody_else_s_conversation_is_not_opened_there(office: Office) -> None:
    done(office.below.conversations.receive(with_files(office.below)))
    done(office.below.say("안녕하세요", sender="stranger"))
    lee = office.signed_in("lee", "admin")
    link = (
        lee.get(f"{LIST}/{talk(office)}").text.split('class="sent-files"')[1].split('href="')[1].split('"')[0]
    )
    other = talk(office, "web", "stranger")
    assert lee.get(f"{LIST}/{other}/files/{link.rpartition('/')[2]}").status_code == 404
    assert lee.get(f"{LIST}/{other}/files/nothing").status_code == 404


def test_on_the_ticket_a_citizen_s_file_is_opened_but_neither_sent_back_nor_removed(office: Office) -> None:
    number = office.ticket(sender="u1")
    world = office.below
    with world.database.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        file = world.attachments.receive(
            session, str(ticket.conversation_id), ticket, "f" * 32, "영수증.jpg", PHOTO, world.clock.now()
        )
        assert file
    lee = office.signed_in("lee")
    shown = lee.get(f"/staff/tickets/{number}").text
    assert "고객이 보낸 파일" in shown
    assert f'value="{file.id}"' not in shown
    assert f"{file.id}/remove" not in shown
    assert lee.get(f"/staff/tickets/{number}/files/{file.id}").content == PHOTO
