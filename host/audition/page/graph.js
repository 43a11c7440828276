// The sound graph: all slots of a loop in step, a gain for each, and the monitor that they share.

export const ramp_s = 0.01;

const linear = (level_db) => 10 ** (level_db / 20);

/**
 * Gains that change together, linearly: mixes of one song are alike, and an equal-power fade would
 * lift them by 3 dB. A ramp begins when the one before has ended, so none has to be cut off.
 */
class Fader {
    constructor(context, values) {
        this.nodes = values.map((gain) => new GainNode(context, { gain }));
        this.values = values;
        this.free_s = 0;
    }

    /** Returns when it is done. */
    to(values, at_s) {
        if (values.every((value, i) => value === this.values[i])) return Math.max(at_s, this.free_s);
        const start_s = Math.max(at_s, this.free_s);
        this.free_s = start_s + ramp_s;
        this.nodes.forEach(({ gain }, i) => {
            gain.setValueAtTime(this.values[i], start_s);
            gain.linearRampToValueAtTime(values[i], this.free_s);
        });
        this.values = values;
        return this.free_s;
    }

    /** The same, while node `i` gives way to a new one. Returns when the old one is silent. */
    exchange(i, values, at_s) {
        const start_s = Math.max(at_s, this.free_s);
        const { gain } = this.nodes[i];
        gain.setValueAtTime(this.values[i], start_s);
        gain.linearRampToValueAtTime(0, start_s + ramp_s);
        this.nodes[i] = new GainNode(this.nodes[i].context, { gain: 0 });
        this.values = this.values.map((value, k) => (k === i ? 0 : value));
        this.to(values, at_s);
        return start_s + ramp_s;
    }
}

/**
 * A loop without a click. `decoded` begins `lead` frames before the loop: these fade in over its
 * end. Where there are none, at the song's start, the loop fades in and out.
 */
export function loopOf(decoded, lead) {
    const { numberOfChannels, sampleRate } = decoded;
    const length = decoded.length - lead;
    const fade = lead || Math.min(Math.round(ramp_s * sampleRate), length >> 1);
    const loop = new AudioBuffer({ length, numberOfChannels, sampleRate });
    for (let channel = 0; channel < numberOfChannels; ++channel) {
        const before = decoded.getChannelData(channel);
        const samples = loop.getChannelData(channel);
        samples.set(before.subarray(lead));
        for (let i = 0; i < fade; ++i) {
            const share = (i + 1) / (fade + 1);
            samples[length - fade + i] *= 1 - share;
            if (lead) samples[length - fade + i] += share * before[i];
            else samples[i] *= share;
        }
    }
    return loop;
}

/**
 * Slots run together from one start, so that a switch is nothing but gains: no sample is gained or
 * lost. Works in an OfflineAudioContext as well.
 */
export function buildGraph(context, buffers, options = {}) {
    let { slot = 0, gains_db = buffers.map(() => 0) } = options;
    const levels = () => gains_db.map((gain_db, i) => (i === slot ? linear(gain_db) : 0));
    const slots = new Fader(context, levels());
    const out = new Fader(context, [0]);
    const sources = buffers.map((buffer) => new AudioBufferSourceNode(context, { buffer, loop: true }));
    const connect = (i) => sources[i].connect(slots.nodes[i]).connect(out.nodes[0]);
    sources.forEach((_, i) => connect(i));
    out.nodes[0].connect(options.destination ?? context.destination);
    const frames = (seconds) => Math.round(seconds * context.sampleRate);
    let [first, offset] = [0, 0];  // when it began, and where in the loop, in frames

    return {
        start(when_s, offset_s = 0) {
            [first, offset] = [frames(when_s), frames(offset_s)];
            for (const source of sources) source.start(when_s, offset_s);
            out.to([1], when_s);
        },
        select(next, at_s) {
            slot = next;
            slots.to(levels(), at_s);
        },
        setGains(next_db, at_s) {
            gains_db = next_db;
            slots.to(levels(), at_s);
        },
        /** A slot has another sound from then on, at the same place of the loop. */
        exchange(i, buffer, next_db, at_s) {
            gains_db = next_db;
            const begin = Math.max(frames(at_s), first);
            const [old, node] = [sources[i], slots.nodes[i]];
            old.onended = () => node.disconnect();
            old.stop(slots.exchange(i, levels(), begin / context.sampleRate));
            sources[i] = new AudioBufferSourceNode(context, { buffer, loop: true });
            connect(i);
            sources[i].start(begin / context.sampleRate,
                ((offset + begin - first) % buffer.length) / context.sampleRate);
        },
        stop(at_s) {
            const end_s = out.to([0], at_s);
            sources[0].onended = () => out.nodes[0].disconnect();
            for (const source of sources) source.stop(end_s);
        },
    };
}

/** Ways to hear all slots. Bands meet at 250 Hz and 4 kHz. */
export const monitors = [
    { name: "off", words: "as they are" },
    { name: "mono", words: "mono" },
    { name: "sides", words: "sides" },
    { name: "small", words: "small speaker" },
    { name: "low", words: "low" },
    { name: "mid", words: "mid" },
    { name: "high", words: "high" },
];

const dim_db = -20;
const butterworth_db = -3.0103;  // Web Audio counts Q of these two filters in dB

/** Everything goes into `input`. */
export function buildMonitor(context, destination = context.destination) {
    const stereo = { channelCount: 2, channelCountMode: "explicit" };
    const single = { channelCount: 1, channelCountMode: "explicit" };

    // Twice each: 24 dB an octave, flat where two bands meet.
    const filtered = (from, type, ...frequencies) => frequencies
        .flatMap((frequency) => [frequency, frequency])
        .reduce((chain, frequency) => chain.connect(
            new BiquadFilterNode(context, { type, frequency, Q: butterworth_db })), from);

    const input = new GainNode(context, stereo);
    const mono = input.connect(new GainNode(context, single));
    const pair = input.connect(new ChannelSplitterNode(context, { numberOfOutputs: 2 }));
    const sides = new GainNode(context, single);
    [0.5, -0.5].forEach((gain, channel) => {
        const part = new GainNode(context, { gain });
        pair.connect(part, channel);
        part.connect(sides);
    });
    const ways = {
        off: input,
        mono,
        sides,
        small: filtered(filtered(mono, "highpass", 200), "lowpass", 7000),
        low: filtered(input, "lowpass", 250),
        mid: filtered(filtered(input, "highpass", 250), "lowpass", 4000),
        high: filtered(input, "highpass", 4000),
    };
    const only = (chosen) => monitors.map(({ name }) => (name === chosen ? 1 : 0));
    const chosen = new Fader(context, only("off"));
    const volume = new Fader(context, [1]);
    monitors.forEach(({ name }, i) => ways[name].connect(chosen.nodes[i]).connect(volume.nodes[0]));
    volume.nodes[0].connect(destination);

    return {
        input,
        select: (name, at_s) => chosen.to(only(name), at_s),
        dim: (on, at_s) => volume.to([on ? linear(dim_db) : 1], at_s),
    };
}
