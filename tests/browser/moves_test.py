#!/usr/bin/python3
"""Moves of revealed mixes, switched off and on in Chromium while they play: what is heard, shown and told."""
import io
import json
import time
import urllib.error
import urllib.request

import numpy as np
from scipy.io import wavfile
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from browser import PageTest, RATE, main, night_with_moves

# Hears what goes to the loudspeaker.
TAP = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode && to.context instanceof AudioContext) {
        window.tap = new AnalyserNode(to.context, { fftSize: 32768 });
        connect.call(this, window.tap);
    }
    return connect.call(this, to, ...rest);
};
"""


class Moves(PageTest):
    made = staticmethod(night_with_moves)
    loop = {"from_s": 6.0, "to_s": 10.0}  # from the verse into the chorus

    def open(self):
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": TAP})
        super().open()

    def reveal(self):
        self.js("document.getElementById('finish').click()")
        self.until("return window.mixfarm.player.ready && window.mixfarm.player.number === 0")
        self.board = json.loads(self.get("api/reveal"))["board"]
        gains_db = self.gains_db()
        self.slot = gains_db.index(min(gains_db))  # turned down most, so that levels tell
        self.made_moves = {move["name"]: move["move"] for move in self.board[self.slot]["made"]}
        self.assertEqual(set(self.made_moves), {"chorus lift", "verse tuck"})
        self.js("return window.mixfarm.player.setLoop(arguments[0])", self.loop)
        self.until("return !window.mixfarm.player.loading")

    def switch(self, move, slot=None):
        mix = self.board[self.slot if slot is None else slot]["id"]
        return f'#reveal [data-mix="{mix}"] input[data-move="{self.made_moves[move]}"]'

    def lacks(self, *moves, slot=None):
        slot = self.slot if slot is None else slot
        numbers = sorted(self.made_moves[move] for move in moves)
        self.until("const { without, lacking } = window.mixfarm.player, [slot, moves] = arguments;"
                   "return String(without[slot]) === moves && String(lacking[slot]) === moves",
                   slot, ",".join(map(str, numbers)))
        for move in self.made_moves:
            self.assertEqual(self.node(self.switch(move, slot)).is_selected(), move not in moves)
        return numbers

    def get(self, path):
        return urllib.request.urlopen(self.audition.address + path).read()

    def gains_db(self, without=()):
        off = "".join(f"&without={slot}:{','.join(map(str, moves))}" for slot, moves in enumerate(without) if moves)
        query = f"from_s={self.loop['from_s']}&to_s={self.loop['to_s']}&monitor=off{off}"
        return json.loads(self.get(f"api/levels/0?{query}"))["gains_db"]

    def sound(self, moves):
        """The loop without these moves, and in dB how loud it is to be; in mono as the tap has it."""
        off = f"&without={','.join(map(str, moves))}" if moves else ""
        rate, samples = wavfile.read(io.BytesIO(self.get(
            f"api/audio/0/{self.slot}?from_s={self.loop['from_s']}&to_s={self.loop['to_s']}{off}")))
        self.assertEqual(rate, RATE)
        without = self.js("return window.mixfarm.player.without")
        without[self.slot] = moves
        gain_db = self.gains_db(without)[self.slot]
        return samples.mean(1) / 2**31 * 10 ** (gain_db / 20), gain_db

    def heard(self):
        """The last 0.74 s, all within one round of the loop, and where the page says that they end."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            position, heard = self.js("""
                const samples = new Float32Array(32768);
                window.tap.getFloatTimeDomainData(samples);
                return [window.mixfarm.player.position, [...samples]];""")
            if self.loop["from_s"] + 1.2 < position < self.loop["to_s"] - 0.3:
                return np.array(heard), position
            time.sleep(0.1)
        self.fail("it does not play on")

    def assert_heard(self, moves, others):
        """Among what others would be, exactly that sounds, and where the page says."""
        time.sleep(1)  # so that nothing of what was before is in it
        heard, position = self.heard()
        sounds, gains_db = zip(*(self.sound(each) for each in (moves, *others)))
        # Where in the loop that is: there the squared difference, energies less twice their product, is least.
        size = 1 << 19
        products = np.fft.irfft(np.fft.rfft(sounds[0], size) * np.conj(np.fft.rfft(heard, size)), size)
        energy = np.concatenate([[0], np.cumsum(sounds[0] ** 2)])
        energies = energy[len(heard):] - energy[:-len(heard)]
        begin = int((energies - 2 * products[:len(energies)]).argmin())
        off = [np.sqrt(np.mean((heard - sound[begin:begin + len(heard)]) ** 2) / np.mean(heard ** 2)) for sound in sounds]
        print(f"without {moves} at {gains_db[0]:.2f} dB: off by {off[0]:.1e} of what is heard; other variants {min(off[1:]):.1e}")
        self.assertLess(off[0], 1e-5)
        self.assertGreater(min(off[1:]), 1e-4)
        self.assertAlmostEqual(self.loop["from_s"] + (begin + len(heard)) / RATE, position, delta=0.08)

    def test_a_move_is_switched_off_and_on_while_it_plays(self):
        before = self.js("return document.documentElement.outerHTML + JSON.stringify(window.mixfarm.state)")
        for word in ("lift", "its moves", "data-move"):
            self.assertNotIn(word, before.lower())
        with self.assertRaisesRegex(urllib.error.HTTPError, "403"):
            self.get("api/without/0?moves=0")
        self.reveal()
        lift, tuck = (self.made_moves[move] for move in ("chorus lift", "verse tuck"))
        both = sorted((lift, tuck))
        words = self.node(self.switch("chorus lift")).find_element("xpath", "ancestor::li").text
        for part in ("chorus lift", "whole mix", "dB", "(0:08)", "because"):
            self.assertIn(part, words)
        pick = next(mix["id"] for mix in self.board if mix["name"].startswith("pick"))
        self.assertIn("score", self.node(f'#reveal [data-mix="{pick}"] .made').text)
        self.click(f'#reveal [data-slot="{self.slot}"]')
        self.until("return window.mixfarm.player.playing")
        self.js("""window.said = []; window.places = [];
            const standing = document.querySelector(arguments[0]).closest('.made').querySelector('.standing');
            new MutationObserver(() => window.said.push(standing.textContent))
                .observe(document.body, { childList: true, characterData: true, subtree: true });
            setInterval(() => window.places.push([performance.now() / 1000, window.mixfarm.player.position]), 5);""",
                self.switch("chorus lift"))
        self.click(self.switch("chorus lift"))
        self.lacks("chorus lift")
        self.assertIn("making it without the chorus lift …", self.js("return window.said"))
        for moves in (tuck, ",".join(map(str, both))):  # to be compared with
            self.until("return fetch(arguments[0]).then((r) => r.json()).then(({ ready }) => ready)",
                       f"api/without/{self.slot}?moves={moves}")
        self.assert_heard([lift], ([], [tuck], both))
        # By keyboard: to the other switch, which the space bar presses.
        self.js("document.querySelector(arguments[0]).focus()", self.switch("chorus lift"))
        keys = lambda *what: ActionChains(self.driver).send_keys(*what).perform()
        if list(self.made_moves)[0] == "chorus lift":
            keys(Keys.TAB)
        else:
            ActionChains(self.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
        self.assertEqual(self.js("return document.activeElement.dataset.move"), str(tuck))
        keys(" ")
        self.lacks("chorus lift", "verse tuck")
        self.assert_heard(both, ([], [lift]))
        keys(" ")
        self.lacks("chorus lift")
        self.click(self.switch("chorus lift"))
        self.lacks()
        self.assert_heard([], ([lift], both))
        # It played on all the while: in step with the clock, round the loop.
        places = np.array(self.js("return window.places"))
        length = self.loop["to_s"] - self.loop["from_s"]
        drift = (places[:, 1] - places[0, 1] - (places[:, 0] - places[0, 0])) % length
        drift = np.minimum(drift, length - drift)
        print(f"{len(places)} looks, off the clock by {drift.max() * 1000:.0f} ms at most")
        self.assertLess(drift.max(), 0.15)
        # After a click the space bar is the player's again.
        keys(" ")
        self.until("return !window.mixfarm.player.playing")
        self.lacks()
        self.no_complaints()

    def test_a_loop_that_is_moved_keeps_what_is_off(self):
        self.reveal()
        self.click(self.switch("verse tuck"))
        numbers = self.lacks("verse tuck")
        self.loop = {"from_s": 7.5, "to_s": 11.0}
        self.js("window.mixfarm.player.setLoop(arguments[0])", self.loop)
        self.click("#play")
        self.until("return !window.mixfarm.player.loading && window.mixfarm.player.playing")
        self.lacks("verse tuck")
        self.assertEqual(self.js("return window.mixfarm.player.slot"), self.slot)
        self.assert_heard(numbers, ([],))
        # The other mix gets quieter without its lift, and this one with it.
        other = next(mix["slot"] for mix in self.board if mix["slot"] != self.slot)
        self.click(self.switch("chorus lift", other))
        self.lacks("chorus lift", slot=other)
        self.assertEqual(self.js("return window.mixfarm.player.slot"), other)
        self.click(f'#reveal [data-slot="{self.slot}"]')
        self.assertLess(self.gains_db(self.js("return window.mixfarm.player.without"))[self.slot], -0.03)
        self.assert_heard(numbers, ([],))
        # Taking a mix draws the board anew; what is off stays off.
        self.click("#reveal [data-take]")
        self.until("return document.querySelector('#reveal [data-take][aria-pressed=true]')")
        self.lacks("verse tuck")
        self.no_complaints()

    def test_what_cannot_be_made_is_told_in_words(self):
        self.reveal()
        self.js("""const real = window.fetch;
            window.fetch = (path, ...rest) => (path.startsWith("api/without")
                ? Promise.resolve(Response.json({ error: "stems: are gone" }, { status: 500 })) : real(path, ...rest));""")
        self.click(self.switch("chorus lift"))
        self.until("const live = document.getElementById('live');"
                   "return live.classList.contains('seen') && live.textContent.includes('stems: are gone')")
        self.lacks()
        self.no_complaints()

    def test_an_exchange_drifts_by_no_sample_and_does_not_click(self):
        off, steps, own = self.driver.execute_async_script("""
            const done = arguments[0];
            (async () => {
                const { buildGraph, loopOf } = await import(new URL("page/graph.js", location.href));
                const rate = 44100, lead = 441, length = Math.round(0.6037 * rate);
                const sine = (level) => {
                    const buffer = new AudioBuffer({ length: lead + length, numberOfChannels: 2, sampleRate: rate });
                    for (const channel of [0, 1])
                        buffer.getChannelData(channel).forEach((_, i, to) => { to[i] = level * Math.sin(2 * Math.PI * 100 * i / rate); });
                    return loopOf(buffer, lead);
                };
                const render = async (buffers, change) => {
                    const context = new OfflineAudioContext(2, 2 * rate, rate);
                    const graph = buildGraph(context, buffers, { slot: 1 });
                    graph.start(1234 / rate, 4321 / rate);
                    change?.(graph);
                    return (await context.startRendering()).getChannelData(0);
                };
                const [a, b, c] = [sine(1), sine(0.5), sine(-0.7)];
                const mixed = await render([a, b], (graph) => {
                    graph.exchange(1, c, [0, -6], 0.70003);
                    graph.exchange(0, b, [0, -6], 1.1);
                    graph.select(0, 1.2);
                    graph.exchange(0, a, [0, -6], 1.3);
                });
                const alone = [await render([a, b]), await render([a, c], (graph) => graph.setGains([0, -6], 0)),
                    await render([b, b]), await render([a, a])];
                let [off, steps, own] = [0, 0, 0];
                for (const [k, from_s, to_s] of [[0, 0, 0.7], [1, 0.7115, 1.2], [2, 1.2115, 1.3], [3, 1.3115, 2]])
                    for (let i = Math.round(from_s * rate) + 1; i < Math.round(to_s * rate) - 1; ++i)
                        off = Math.max(off, Math.abs(mixed[i] - alone[k][i]));
                for (let i = 2000; i < mixed.length; ++i) {
                    steps = Math.max(steps, Math.abs(mixed[i] - mixed[i - 1]));
                    own = Math.max(own, Math.abs(alone[3][i] - alone[3][i - 1]));
                }
                done([off, steps, own]);
            })().catch((error) => done([String(error), 0, 0]));""")
        print(f"off by {off}; largest step {steps:.4f}; the sine's own {own:.4f}")
        self.assertEqual(off, 0)
        self.assertLess(steps, own + 2 / 441 + 1e-3)


class MovesOnPhones(PageTest):
    made, width = staticmethod(night_with_moves), 390

    def test_fits_a_phone(self):
        self.js("document.getElementById('finish').click()")
        self.until("return window.mixfarm.player.ready && window.mixfarm.player.number === 0")
        self.assertLessEqual(self.js("return document.documentElement.scrollWidth"), 390)
        switches = self.js("""return [...document.querySelectorAll('.made input')].map((input) => [
            input.closest('label').getBoundingClientRect().height, input.closest('label').textContent,
            document.getElementById(input.getAttribute('aria-describedby')).textContent, input.disabled])""")
        self.assertTrue(switches)
        for height, name, words, disabled in switches:
            self.assertGreaterEqual(height, 44)
            self.assertIn(name, ("chorus lift", "verse tuck"))
            self.assertIn("because", words)
            self.assertFalse(disabled)


if __name__ == "__main__":
    main()
