#!/usr/bin/python3
"""A whole morning in Chromium: by mouse, by keyboard alone, on a phone, through crashes, in two windows."""
import signal
import subprocess
import time

import h5py

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from browser import PROGRAM, PageTest, chromium, main


class Morning(PageTest):
    def hear_all(self, hear):
        for slot in range(self.state()["question"]["slots"]):
            hear(slot)
            self.until("return window.mixfarm.player.heard[arguments[0]] > 3.05", slot)

    def question(self):
        return self.until("return window.mixfarm.player.ready && window.mixfarm.state.question?.number")

    def next_question(self, after):
        self.until("return window.mixfarm.state.question?.number > arguments[0] && window.mixfarm.player.ready", after)

    def test_by_mouse(self):
        self.assertTrue(self.js("return document.getElementById('best').disabled"))
        self.click("#play")
        self.hear_all(lambda slot: self.click(f'#slots button[data-slot="{slot}"]'))
        self.click('[data-star="1"]')
        self.until("return window.mixfarm.state.question.stars[1]")
        self.click("#match")  # no rating while it is off
        self.assertTrue(self.js("return document.getElementById('best').disabled"))
        heard = self.js("return window.mixfarm.player.heard")
        time.sleep(0.5)
        self.assertEqual(self.js("return window.mixfarm.player.heard"), heard)
        self.click("#match")
        self.click('#slots button[data-slot="1"]')
        self.click("#best")
        self.next_question(1)
        self.assertTrue(self.js("return window.mixfarm.player.playing"))
        # A mix of the map against the best so far.
        self.click("#map circle:last-of-type")  # no other dot lies over the one drawn last
        self.until("return window.mixfarm.state.question?.kind === 'pair' && window.mixfarm.player.ready")
        self.hear_all(lambda slot: self.click(f'#slots button[data-slot="{slot}"]'))
        number = self.question()
        self.click("#cannot-tell")
        self.next_question(number)
        self.click("#undo")
        self.until("return window.mixfarm.state.question?.number === arguments[0]", number)
        self.click("#none-good")
        self.next_question(number)
        self.click("#finish")
        self.until("return document.querySelectorAll('#reveal article').length > 1")
        self.until("return window.mixfarm.player.ready && window.mixfarm.player.number === 0")
        self.click("#reveal [data-take]")
        self.until("return document.querySelector('#reveal [data-take][aria-pressed=true]')")
        events = self.audition.events()
        self.assertEqual([e["answer"] for e in events if e["event"] == "answer"], [1, "cannot_tell", "none_good"])
        self.assertEqual([e["event"] for e in events if e["event"] in ("star", "withdraw", "undo", "finish", "choose")],
                         ["star", "withdraw", "undo", "finish", "choose"])
        self.assertTrue(all(e["matched"] for e in events if e["event"] == "answer"))
        self.no_complaints()
        # Kept before the program ends, which a closed terminal may do.
        for _ in range(100):
            with h5py.File(self.audition.night / "results.h5") as results:
                if "chosen_mix" in results.attrs:
                    break
            time.sleep(0.2)
        self.audition.stop(signal.SIGKILL)
        with h5py.File(self.audition.night / "results.h5") as results:
            choices = results["choices"]
            offered = [mix for e in events if e["event"] == "offer" and e["number"] in (1, number) for mix in e["mixes"]]
            self.assertEqual(list(choices["mix"]), offered)
            self.assertEqual(sorted(set(choices["answer"].asstr())), ["best", "none_good"])
            self.assertTrue(all(len(when) == 20 for when in choices["time"].asstr()))
            self.assertTrue((choices["heard_s"][()] >= 3).all())
            self.assertEqual(results.attrs["chosen_mix"], str([e["id"] for e in events if e["event"] == "choose"][0]))

    def test_by_keyboard_alone(self):
        keys = lambda *what: ActionChains(self.driver).send_keys(*what).perform()
        keys(" ")
        self.until("return window.mixfarm.player.playing")
        self.hear_all(lambda slot: keys(str(slot + 1)))
        keys("s")
        self.until("return window.mixfarm.state.question.stars[2]")
        keys("n", "harsh in the middle", Keys.ENTER)
        self.until("return window.mixfarm.state.question.notes.length === 1")
        keys("m")
        self.assertEqual(self.js("return window.mixfarm.player.monitor"), "mono")
        keys("m", "d", Keys.ARROW_LEFT)
        self.assertEqual(self.js("return [window.mixfarm.player.slot, window.mixfarm.player.dimmed]"), [1, True])
        before = self.js("return window.mixfarm.player.loop.from_s")
        self.until("return window.mixfarm.player.position > window.mixfarm.player.loop.from_s + 1")
        keys("a")
        self.until("return window.mixfarm.player.loop.from_s > arguments[0] && window.mixfarm.player.ready", before)
        keys("?")
        self.until("return document.querySelector('dialog').open")
        keys(Keys.ESCAPE)
        keys(Keys.ENTER)
        self.next_question(1)
        self.hear_all(lambda slot: keys(str(slot + 1)))
        keys("t")
        self.next_question(2)
        keys("z")
        self.until("return window.mixfarm.state.question?.number === 2")
        keys("x")
        self.next_question(2)
        for _ in range(80):  # to the last button by Tab, which every control can be reached by
            keys(Keys.TAB)
            if self.js("return document.activeElement.id") == "finish":
                break
        self.assertNotEqual(self.js("return getComputedStyle(document.activeElement).outlineStyle"), "none")
        keys(Keys.ENTER)
        self.until("return document.querySelectorAll('#reveal article').length > 1")
        self.until("return document.activeElement.id === 'reveal'")
        for _ in range(20):
            keys(Keys.TAB)
            if self.js("return document.activeElement.dataset.take"):
                break
        keys(Keys.ENTER)
        self.until("return document.querySelector('#reveal [data-take][aria-pressed=true]')")
        self.assertEqual(len(self.audition.events("choose")), 1)
        answers = self.audition.events("answer")
        self.assertEqual([e["answer"] for e in answers], [1, "cannot_tell", "none_good"])
        self.assertEqual(self.audition.events("note")[0]["text"], "harsh in the middle")
        self.no_complaints()

    def test_a_seek_while_a_loop_loads_goes_on_playing(self):
        self.click("#play")
        self.js("window.mixfarm.player.setLoop({ from_s: 8, to_s: 11 })")
        self.until("return window.mixfarm.player.ready && !window.mixfarm.player.loading")
        self.js("window.mixfarm.player.setLoop({ from_s: 1, to_s: 4 }); window.mixfarm.player.seek(2)")
        self.until("return !window.mixfarm.player.loading")
        for times in range(2):
            self.until("const { position } = window.mixfarm.player; return position > 2.2 && position < 4")
            self.click("#play"), self.click("#play")
        number = self.question()
        self.hear_all(lambda slot: self.click(f'#slots button[data-slot="{slot}"]'))
        self.click("#best")
        self.next_question(number)
        self.no_complaints()

    def test_keys_before_the_first_question_do_no_harm(self):
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": """
            const real = window.fetch;
            let asked = 0;
            window.fetch = async (path, ...rest) => {
                const reply = await real(path, ...rest);
                if (path !== "api/state" || asked++ > 3) return reply;
                return Response.json({ ...await reply.json(), question: null, waiting: "a mix is being rendered" });
            };"""})
        self.driver.get(self.audition.address)
        self.until("return window.mixfarm?.state")
        for pressed in (" ", "c", "a", "b", "l", Keys.HOME, "1", "t", "z", "n", "m"):
            ActionChains(self.driver).send_keys(pressed).perform()
        self.until("return window.mixfarm.player.ready")
        ActionChains(self.driver).send_keys(" ").perform()
        self.until("return window.mixfarm.player.playing")
        self.no_complaints()

    def test_the_page_on_disk_leads_there(self):
        way_in = self.audition.night / ".audition.html"
        self.assertEqual(way_in.stat().st_mode & 0o777, 0o600)
        self.driver.get("about:blank")
        self.driver.get(way_in.as_uri())
        self.until("return window.mixfarm?.player.ready")

    def test_a_reload_finds_everything_again(self):
        self.click("#play")
        self.click('#slots button[data-slot="2"]')
        self.until("return window.mixfarm.player.heard[2] > 3.2")
        self.click('[data-star="2"]')
        self.until("return window.mixfarm.state.question.stars[2]")
        self.click("#loudest")
        loop = self.js("return window.mixfarm.player.loop")
        self.driver.refresh()
        self.until("return window.mixfarm?.player.ready")
        self.assertEqual(self.question(), 1)
        self.assertGreater(self.js("return window.mixfarm.player.heard[2]"), 3)
        self.assertEqual(self.js("return window.mixfarm.player.loop"), loop)
        self.assertEqual(self.js("return window.mixfarm.player.slot"), 2)
        self.assertTrue(self.state()["question"]["stars"][2])
        self.assertEqual(len(self.audition.events("offer")), 1)

    def test_a_killed_server_loses_nothing(self):
        self.click("#play")
        self.hear_all(lambda slot: self.click(f'#slots button[data-slot="{slot}"]'))
        slots = self.audition.events("offer")[0]["mixes"]
        self.audition.stop(signal.SIGKILL)
        self.click("#best")  # cannot be sent now
        self.until("return !document.getElementById('banner').hidden")
        address = self.audition.address
        self.audition.start()
        self.assertEqual(self.audition.address, address)
        self.until("return document.getElementById('banner').hidden")
        self.next_question(1)
        self.assertEqual(self.audition.events("offer")[0]["mixes"], slots)
        self.assertEqual([e["answer"] for e in self.audition.events("answer")], [2])

    def test_two_pages_answer_a_question_once(self):
        self.click("#play")
        self.hear_all(lambda slot: self.click(f'#slots button[data-slot="{slot}"]'))
        told = lambda: [sum(e["seconds"] for e in self.audition.events("heard") if e["slot"] == slot) for slot in range(3)]
        while min(told()) < 3:  # the page tells it every three seconds, and another page knows only what was told
            time.sleep(0.1)
        first = self.driver
        self.js("""window.said = [];
            new MutationObserver(() => said.push(document.getElementById('live').textContent))
                .observe(document.getElementById('live'), { childList: true, characterData: true, subtree: true });""")
        second = chromium()
        self.addCleanup(second.quit)
        self.driver = second
        self.open()
        refused = subprocess.run([PROGRAM, "audition", self.audition.night, "--no-open"], capture_output=True, text=True)
        self.assertEqual(refused.returncode, 2, refused.stderr)  # two pages, but one server
        self.click("#play")
        self.click("#best")
        self.next_question(1)
        self.driver = first
        self.click("#best")  # unless what it tells of its playing was refused before
        self.next_question(1)
        self.until("return window.said.some((words) => words.includes('elsewhere'))")
        self.assertEqual(len(self.audition.events("answer")), 1)
        self.assertEqual(len(self.audition.events("offer")), 2)

    def test_a_night_ranked_again_can_be_heard(self):
        self.audition.stop()
        subprocess.run([PROGRAM, "rank", self.audition.night, "--weight", "masking=5", "--weight", "tone=0"],
                       check=True, capture_output=True)
        self.audition.start()
        self.open()
        self.assertEqual(self.question(), 1)


class Phone(PageTest):
    width = 390

    def test_fits_a_phone(self):
        self.click("#play")
        self.assertLessEqual(self.js("return document.documentElement.scrollWidth"), 390)
        small = self.js("""return [...document.querySelectorAll('button, select, input[type=text], #monitor span')]
            .filter((node) => node.offsetParent && node.getBoundingClientRect().height < 44)
            .map((node) => node.id || node.textContent)""")
        self.assertEqual(small, [])
        unnamed = self.js("""return [...document.querySelectorAll('button, select, input, [role=slider], svg')]
            .filter((node) => !(node.textContent.trim() || node.ariaLabel || node.closest('label')))
            .map((node) => node.outerHTML)""")
        self.assertEqual(unnamed, [])


if __name__ == "__main__":
    main()
