#!/usr/bin/python3
"""What comes out of the page, captured: switching, loops, loudness; and that nothing tells the mixes apart."""
import base64
import re

import numpy as np

from browser import PageTest, RATE, lufs, main

# Renders the page's own graph over the open question's own sounds: slot by slot, and with a switch.
RENDER = """
const [loop, switches, matched, monitor, done] = arguments;
(async () => {
    const { buildGraph, buildMonitor, loopOf } = await import(new URL("page/graph.js", location.href));
    const { number, slots } = window.mixfarm.state.question;
    const { rate } = window.mixfarm.state;
    const lead = Math.round(0.01 * rate);
    const query = (from_s) => `from_s=${from_s}&to_s=${loop.to_s}`;
    const decoder = new OfflineAudioContext(2, 1, rate);
    const buffers = await Promise.all([...Array(slots).keys()].map(async (slot) => {
        const from_s = (Math.round(loop.from_s * rate) - lead) / rate;
        const bytes = await (await fetch(`api/audio/${number}/${slot}?${query(from_s)}`)).arrayBuffer();
        return loopOf(await decoder.decodeAudioData(bytes), lead);
    }));
    const { gains_db } = await (await fetch(
        `api/levels/${number}?${query(loop.from_s)}&monitor=${matched ? monitor : "off"}`)).json();
    const render = async (slot, changes, seconds) => {
        const context = new OfflineAudioContext(2, Math.round(seconds * rate), rate);
        const heard = monitor === "off" ? null : buildMonitor(context);
        heard?.select(monitor, 0);
        const graph = buildGraph(context, buffers, { slot, gains_db: matched ? gains_db : gains_db.map(() => 0),
            destination: heard?.input });
        graph.start(0);
        for (const [at_s, next] of changes) graph.select(next, at_s);
        const made = await context.startRendering();
        const bytes = new Uint8Array(made.length * 8);
        for (const channel of [0, 1])
            bytes.set(new Uint8Array(made.getChannelData(channel).buffer), channel * made.length * 4);
        let text = "";
        for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
        return btoa(text);
    };
    const seconds = 2 * (loop.to_s - loop.from_s);
    const out = [];
    for (let slot = 0; slot < slots; ++slot) out.push(await render(slot, [], seconds));
    out.push(await render(0, switches, seconds));
    done(out);
})().catch((error) => done(String(error)));
"""


class Sound(PageTest):
    loop = {"from_s": 2.0, "to_s": 5.0}

    def rendered(self, switches=(), matched=True, monitor="off"):
        made = self.driver.execute_async_script(RENDER, self.loop, list(switches), matched, monitor)
        self.assertIsInstance(made, list, made)
        return [np.frombuffer(base64.b64decode(one), np.float32).reshape(2, -1) for one in made]

    def test_a_switch_drifts_by_no_sample_and_does_not_click(self):
        # At a moment in the loop, and across its seam into the second time round.
        switches = [[0.5, 1], [1.75, 2], [4.2, 0]]
        *alone, switched = self.rendered(switches)
        fade = round(0.01 * RATE)
        edges = [0, *(round(at_s * RATE) for at_s, _ in switches), switched.shape[1]]
        order = [0, *(slot for _, slot in switches)]
        for slot, begin, end in zip(order, edges, edges[1:]):
            begin += fade + 2
            np.testing.assert_array_equal(switched[:, begin:end - 2], alone[slot][:, begin:end - 2])
        # Between, a straight line from one to the other: nothing that either would not do by itself.
        steps = np.abs(np.diff(switched)).max()
        self.assertLessEqual(steps, 1.02 * max(np.abs(np.diff(one)).max() for one in alone))
        for (at_s, to), before in zip(switches, order):
            begin = round(at_s * RATE)
            share = (np.arange(fade) / fade)[None]
            line = (1 - share) * alone[before][:, begin:begin + fade] + share * alone[to][:, begin:begin + fade]
            difference = np.abs(switched[:, begin:begin + fade] - line).max()
            self.assertLess(difference, 2e-3)
            print(f"switch at {at_s} s: off a straight line by {difference:.1e}; largest step {steps:.4f}")

    def test_sines_show_any_click(self):
        """100 Hz in opposite phase: a hard switch steps by 2, a hard seam by up to 2; a fade of 10 ms adds 2/441."""
        steps = self.driver.execute_async_script("""
            const done = arguments[0];
            (async () => {
                const { buildGraph, loopOf } = await import(new URL("page/graph.js", location.href));
                const rate = 44100, lead = 441, length = Math.round(0.6037 * rate);
                const sine = (sign) => {
                    const buffer = new AudioBuffer({ length: lead + length, numberOfChannels: 2, sampleRate: rate });
                    for (const channel of [0, 1])
                        buffer.getChannelData(channel).forEach((_, i, to) => { to[i] = sign * Math.sin(2 * Math.PI * 100 * i / rate); });
                    return loopOf(buffer, lead);
                };
                const context = new OfflineAudioContext(2, 2 * rate, rate);
                const graph = buildGraph(context, [sine(1), sine(-1)], { slot: 0 });
                graph.start(0);
                graph.select(1, 0.3025);
                graph.select(0, 0.9071);
                const sound = (await context.startRendering()).getChannelData(0);
                let most = 0;
                for (let i = 500; i < sound.length; ++i) most = Math.max(most, Math.abs(sound[i] - sound[i - 1]));
                done(most);
            })().catch((error) => done(String(error)));""")
        own = 2 * np.sin(np.pi * 100 / RATE)
        print(f"largest step {steps:.4f}; the sines' own {own:.4f}")
        self.assertLess(steps, own + 2 / 441 + 1e-3)

    def test_the_loops_seam_does_not_click(self):
        *alone, _ = self.rendered()
        length = round((self.loop["to_s"] - self.loop["from_s"]) * RATE)
        for slot, sound in enumerate(alone):
            steps = np.abs(np.diff(sound)).max(axis=0)
            seam = steps[length - 3:length + 2].max()
            inside = np.delete(steps, np.arange(length - 3, length + 2)).max()
            self.assertLessEqual(seam, inside)
            print(f"slot {slot}: step at the seam {seam:.4f}, largest elsewhere {inside:.4f}")

    def test_slots_are_equally_loud(self):
        for matched in (True, False):
            *alone, _ = self.rendered(matched=matched)
            length = round((self.loop["to_s"] - self.loop["from_s"]) * RATE)
            loudness = [lufs(*sound[:, :length], RATE) for sound in alone]
            spread = max(loudness) - min(loudness)
            print(f"{'matched' if matched else 'as they are'}: {spread:.3f} LU between the loudest and the quietest")
            if matched:
                self.assertLess(spread, 0.1)

    def test_slots_are_equally_loud_however_they_are_heard(self):
        length = round((self.loop["to_s"] - self.loop["from_s"]) * RATE)
        for monitor in ("mono", "sides", "small", "low", "mid", "high"):
            spreads = {}
            for matched in (True, False):
                *alone, _ = self.rendered(matched=matched, monitor=monitor)
                loudness = [lufs(*sound[:, length:2 * length], RATE) for sound in alone]
                spreads[matched] = max(loudness) - min(loudness)
            print(f"{monitor}: {spreads[True]:.3f} LU apart, {spreads[False]:.3f} unmatched")
            self.assertLess(spreads[True], 0.1, monitor)

    def test_nothing_tells_the_mixes_apart(self):
        self.click("#play")
        seen = self.js("""return {
            html: document.documentElement.outerHTML,
            storage: JSON.stringify(sessionStorage) + JSON.stringify(localStorage),
            state: JSON.stringify(window.mixfarm.state),
            loads: performance.getEntriesByType('resource').filter(({name}) => name.includes('/audio/'))
                .map(({name, encodedBodySize, decodedBodySize}) => [name, encodedBodySize, decodedBodySize])}""")
        offer = self.audition.events("offer")[0]
        everything = seen["html"] + seen["storage"] + seen["state"]
        for word in ("pick", "static", "rule", "balance", ".flac", "technical", "score"):
            self.assertNotIn(word, re.sub(r"<footer>.*?</footer>", "", everything, flags=re.S).lower(), word)
        for mix in offer["mixes"]:
            self.assertNotRegex(everything, rf'"id":\s*{mix}\b')
        self.assertEqual(len({tuple(load[1:]) for load in seen["loads"]}), 1)
        self.assertEqual(len(seen["loads"]), len(offer["mixes"]))
        # The slots look the same but for their letter and for which of them plays.
        shapes = {re.sub(r"[0-9]|\b[A-H]\b|\bon\b|true|false|, playing|✓ | of", "", html) for html in self.js(
            "return [...document.querySelectorAll('#slots .slot')].map((slot) => slot.outerHTML)")}
        self.assertEqual(len({re.sub(r"\s+", "", shape) for shape in shapes}), 1, shapes)


if __name__ == "__main__":
    main()
