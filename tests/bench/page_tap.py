"""What a page sounds like, as it leaves the page.

Sound is captured where it leaves the page's graph, by a ScriptProcessor that hears what is connected to the
destination and, beside it, a source that counts frames, so that what it misses is a gap and no shift. A frame's time
is when the graph is asked for the buffer that it is in, and its place in that: where the page's clock less currentTime
is largest, just before the next buffer. In a switch are thus the key's way to the page, the buffer that the page keeps
ahead and the fade; what the device and the buffers before it need from there on is not.
"""
import base64

import numpy as np

LAP = 2 ** 17  # frames are counted in laps of these, which single precision can do

TAP = """
    const tap = window.tap = { blocks: [], keys: [], starts: [], sounds: false };
    const connect = AudioNode.prototype.connect;
    const numbers = new Float32Array(LAP).map((_, frame) => frame + 1);  // 0 where nothing is counted yet
    const ears = new Map();
    window.addEventListener("keydown", ({ timeStamp }) => tap.keys.push(timeStamp), true);
    window.AudioContext = class extends AudioContext {
        constructor(...words) {
            super(...words);
            const buffer = new AudioBuffer({ length: LAP, sampleRate: this.sampleRate });
            buffer.copyToChannel(numbers, 0);
            const count = new AudioBufferSourceNode(this, { buffer, loop: true });
            const heard = new ChannelSplitterNode(this, { numberOfOutputs: 2 });
            const all = new ChannelMergerNode(this, { numberOfInputs: 3 });
            const script = this.createScriptProcessor(4096, 3, 1);
            [[heard, 0], [heard, 1], [count, 0]].forEach(([from, output], to) => from.connect(all, output, to));
            all.connect(script).connect(this.destination);
            ears.set(this.destination, heard);
            script.onaudioprocess = ({ inputBuffer }) => {
                const length = inputBuffer.length, samples = new Float32Array(3 * length);
                [0, 1, 2].forEach((i) => samples.set(inputBuffer.getChannelData(i), i * length));
                if (samples.at(-1) === 0) return;
                tap.sounds ||= samples.subarray(0, 2 * length).some((sample) => sample !== 0);
                tap.blocks = [...tap.blocks.slice(-9), { samples, now_s: this.currentTime }];
            };
            setInterval(() => {
                const now = performance.now(), at = this.currentTime;
                if (at > 0) tap.starts = [...tap.starts.slice(-199), now - 1000 * at];
            });
            const first = Math.round((this.currentTime + 0.05) * this.sampleRate);  // it may run already
            count.start(first / this.sampleRate);
            tap.context = this;
            tap.script = script;  // or it would be forgotten
            tap.first = this.currentTime < first / this.sampleRate ? first : null;
        }
    };
    AudioNode.prototype.connect = function (to, ...rest) {
        if (ears.has(to)) connect.call(this, ears.get(to));
        return connect.call(this, to, ...rest);
    };
    tap.take = () => [tap.first, tap.context.sampleRate, 1000 * tap.context.outputLatency, tap.keys.at(-1), tap.starts,
        tap.blocks.map(({ samples, now_s }) => [now_s, new Uint8Array(samples.buffer).toBase64()])];
""".replace("LAP", str(LAP))


class Captured:
    """What the tap heard in the last second: sound[channel, frame], NaN where it missed some, and when it was."""

    def __init__(self, page):
        first, self.rate, self.latency_ms, self.key_ms, starts_ms, blocks = page.js("return tap.take()")
        if first is None:
            raise RuntimeError("this machine is too busy: the page's sound ran before its frames could be counted")
        self.start_ms, self.steady = np.percentile(starts_ms, 95), np.ptp(starts_ms) < 50  # of frame 0
        frames, sounds = [], []
        for now_s, samples in blocks:
            *sound, count = np.frombuffer(base64.b64decode(samples), np.float32).reshape(3, -1)
            frame = first + np.where(count > 0, count - 1, np.arange(count.size) - np.argmax(count > 0)).astype(int)
            frames.append(frame + LAP * np.round((now_s * self.rate - frame) / LAP).astype(int))
            sounds.append(sound)
        frames, sounds = np.concatenate(frames), np.concatenate(sounds, axis=1)
        self.from_frame = frames.min()
        self.sound = np.full((2, np.ptp(frames) + 1), np.nan, np.float32)
        self.sound[:, frames - self.from_frame] = sounds

    def ms(self, index):
        return self.start_ms + 1000 * (self.from_frame + index) / self.rate

    def index(self, ms):
        return round((ms - self.start_ms) * self.rate / 1000) - self.from_frame
