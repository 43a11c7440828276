#!/usr/bin/python3
"""What the morning promises, as a user meets it: the server as it is started, Chromium, real keys.

first_sound_s       from the start of the navigation to the first sample that is not zero, Space being pressed as
                    soon as the play button is shown; a new night, server and profile each time. From the server's
                    start on as well; the browser runs by then.
switch_ms           from a key's own time stamp until the captured sound is the new mix and nothing else.
browser_memory_mb   of all processes, shared pages by their share: the largest reading while three questions are
                    played in the longest loop there can be.
blind_by_time       how often the time that api/audio takes names the mix, among those of its question, to someone
                    who knows which all the others were. Sizes and headers have to be the same.

The argument is a night; without any, a short one of the built-in song is made. It is worked on in a copy that goes
again. --full: 20 first sounds instead of 5, 200 switches instead of 20, 1000 rounds of requests instead of 200, and
the memory of eight mixes a question too.
"""
import contextlib
import http.client
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "browser"))
try:
    import numpy as np
    from browser import PROGRAM, Audition, PageTest, chromium
    from page_tap import TAP, Captured
    from scipy.io import wavfile
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys
except (ImportError, KeyError) as missing:  # MIXFARM_BINARY names the program
    sys.exit(print(f"bench: {missing}; scripts/bench morning sees to what is needed", file=sys.stderr) or 2)

PROMISED_S, PROMISED_MS, PROMISED_MB = 2.0, 30.0, 512.0
PATIENCE_S = 180
QUESTIONS, PERMUTATIONS = 8, 1000
BEFORE_S, AFTER_S = 0.15, 0.3  # what is looked at around a key
EXACT = 1e-5                   # samples have 24 bits, gains are applied in single precision

SHOWN = """
    const [done] = arguments;
    const look = () => (document.getElementById("listen")?.hidden === false ? done() : setTimeout(look));
    look();"""


def row(name, value, unit, against, promised=None):
    return {"name": name, "value": float(value), "unit": unit, "against": against,
            "ratio": float(promised / value) if promised else None, "share_of_bound": None}


def show(rows, as_json):
    number = lambda x: "-" if x is None else f"{x:.3g}"
    if as_json:
        print(json.dumps({"rows": rows}, indent=2))
    for r in rows if not as_json else []:
        print(f"{r['name']:<30} {r['value']:10.4g} {r['unit']}\n{'':>42} against {r['against']}, "
              f"ratio {number(r['ratio'])}, share of bound {number(r['share_of_bound'])}")


class Client:
    """One connection to the server, kept alive."""

    def __init__(self, address):
        url = urllib.parse.urlparse(address)
        self.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=PATIENCE_S)
        self.path = url.path

    def ask(self, path, body=None):
        """(content, its size and headers, ms until the last byte)"""
        begun = time.perf_counter()
        self.connection.request("POST" if body else "GET", self.path + path, body and json.dumps(body))
        response = self.connection.getresponse()
        content = response.read()
        took_ms = 1000 * (time.perf_counter() - begun)
        if response.status != 200:
            raise RuntimeError(f"{path}: {content.decode()}")
        return content, (len(content), *response.getheaders()), took_ms

    def json(self, path, body=None):
        return json.loads(self.ask(path, body)[0])


@contextlib.contextmanager
def audition_of(night, *words):
    """On a copy without choices, that sounds are linked to; parts, pictures and taste stay where they are."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder)
        for name in ("results.h5", "job.yaml"):
            shutil.copy(night / name, copy)
        (copy / "picks").symlink_to((night / "picks").resolve())
        audition = Audition(copy, "--taste", str(copy / "my-taste.yaml"), *words)
        try:
            yield audition
        finally:
            audition.stop()


@contextlib.contextmanager
def page_for(script=""):
    """Chromium with nothing in it yet; it has had a key, so that the next one is not held up."""
    page = PageTest()
    page.driver = chromium()
    page.press = lambda key: ActionChains(page.driver).send_keys(key).perform()
    try:
        page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": f"{{{script}}}"})
        page.press(Keys.SHIFT)
        yield page
    finally:
        page.driver.quit()


def first_sound(night):
    """(s from the navigation, s from the server's start, s from the navigation to the key)"""
    with page_for(TAP) as page:
        begun_s = time.time()
        with audition_of(night) as audition:
            page.driver.get(audition.address)
            page.driver.execute_async_script(SHOWN)
            page.press(" ")
            page.until("return tap.sounds")
            heard = Captured(page)
            at_s = heard.ms(np.argmax(np.nan_to_num(heard.sound).any(axis=0))) / 1000
            return at_s, page.js("return performance.timeOrigin") / 1000 + at_s - begun_s, heard.key_ms / 1000


def first_sounds(night, runs):
    at_s, from_server_s, key_s = np.transpose([first_sound(night) for _ in range(runs)])
    promised = f"{PROMISED_S:g} s promised"
    yield row("first_sound_s", np.median(at_s), f"s from the navigation, median of {runs}",
              f"{promised}; play pressed after {np.median(key_s):.2f} s", PROMISED_S)
    yield row("first_sound_largest_s", at_s.max(), f"s, largest of {runs}", promised, PROMISED_S)
    yield row("first_sound_from_server_start_s", np.median(from_server_s),
              f"s from `mixfarm audition`, median of {runs}", f"nothing promised; largest {from_server_s.max():.2f}")


def switches(night, count):
    found, tries = [], 0
    with page_for(TAP) as page, audition_of(night) as page.audition:
        page.open()
        sounds = sounds_of(page)
        page.press(" ")
        while len(found) < count:
            tries += 1
            if tries > 2 * count + 10:
                raise RuntimeError(f"of {tries} switches only {len(found)} were captured without a gap")
            page.until("""const { playing, position, loop } = mixfarm.player;  // far from the loop's own fade
                return playing && position - loop.from_s > 0.5 && loop.to_s - position > 1.5""")
            time.sleep(0.2 + 0.05 * random.random())
            old = page.js("return mixfarm.player.slot")
            new = random.choice([slot for slot in range(len(sounds)) if slot != old])
            page.press(str(new + 1))
            time.sleep(AFTER_S + 0.2)
            heard = Captured(page)
            found += taken_over(heard, sounds[old], sounds[new])
    times_ms, fades_ms = np.transpose(found)
    yield row("switch_ms", np.median(times_ms), f"ms from the key to the new mix alone, median of {count}",
              f"{PROMISED_MS:g} ms promised; {np.median(fades_ms):.1f} ms of it are the fade, the output's "
              f"{heard.latency_ms:.0f} ms as the browser states them come on top", PROMISED_MS)
    yield row("switch_p95_ms", np.percentile(times_ms, 95), f"ms, 95th percentile; largest {times_ms.max():.1f}",
              f"{PROMISED_MS:g} ms promised; {tries - count} more had gaps where it matters", PROMISED_MS)


def sounds_of(page):
    """Of every slot, as it should leave the page: the server's samples at the server's gain."""
    server, (number, slots) = Client(page.audition.address), map(page.state()["question"].get, ("number", "slots"))
    query = "?" + urllib.parse.urlencode(page.js("return mixfarm.player.loop"))
    gains_db = server.json(f"api/levels/{number}{query}")["gains_db"]
    files = [io.BytesIO(server.ask(f"api/audio/{number}/{slot}{query}")[0]) for slot in range(slots)]
    return [np.float32(10 ** (gain_db / 20)) * (wavfile.read(file)[1].T / 2 ** 31).astype(np.float32)
            for gain_db, file in zip(gains_db, files)]


def place_of(piece, known, loop):
    """Where in the loop the piece lies: there the least is left of what is known when one is taken from the other."""
    frames = loop.shape[1]
    alike = lambda a, b: np.fft.irfft(np.fft.rfft(a) * np.fft.rfft(b, frames).conj(), frames)
    loop, piece = loop.astype(float), np.where(known, piece, 0.0)
    return np.argmin((alike(loop ** 2, known * np.ones((2, 1))) - 2 * alike(loop, piece)).sum(axis=0))


def taken_over(heard, old, new):
    """[(ms from the key until the new mix sounds alone, ms of the fade)]; nothing where gaps leave it open."""
    key, near = heard.index(heard.key_ms), heard.rate // 200
    begin, end = key - round(BEFORE_S * heard.rate), key + round(AFTER_S * heard.rate)
    piece = heard.sound[:, max(begin, 0):end]
    if not heard.steady or begin < 0 or piece.shape[1] < end - begin:
        return []
    known, key = ~np.isnan(piece[0]), key - begin
    frames = place_of(piece[:, :key], known[:key], old) + np.arange(end - begin)
    off_old, off_new = (np.abs(piece - loop.take(frames, axis=1, mode="wrap")).max(axis=0) for loop in (old, new))
    leaves, comes = np.argmax(off_old > EXACT), end - begin - np.argmax(off_new[::-1] > EXACT)
    # Until it leaves the old mix it is that one and not the new one; since it has come, the other way round.
    told = min(np.mean(off_new[:leaves][known[:leaves]] > EXACT), np.mean(off_old[comes:][known[comes:]] > EXACT))
    if not (told > 0.9 and key <= leaves < comes < end - begin - 10 * near):
        raise RuntimeError(f"what sounds is neither mix: the old one until {leaves - key} frames after the key, the "
                           f"new one from {comes - key} on; {told:.0%} of frames tell them apart")
    if not all(known[at - near:at + near].all() for at in (leaves, comes)):
        return []
    return [(heard.ms(begin + comes) - heard.key_ms, 1000 * (comes - leaves) / heard.rate)]


def memory(night, best_of):
    with page_for() as page, audition_of(night, "--best-of", str(best_of)) as page.audition:
        driver, readings = page.driver.service.process.pid, []
        blank_mb, _ = memory_mb(driver)
        page.open()
        for number in (1, 2, 3):
            page.until("return mixfarm.state.question?.number === arguments[0] && mixfarm.player.ready", number)
            page.js("mixfarm.player.setLoop({ from_s: 0, to_s: mixfarm.state.seconds })")
            page.until("return !mixfarm.player.loading")
            for slot in range(page.state()["question"]["slots"]):
                page.press(str(slot + 1))
                page.until("return mixfarm.player.heard[arguments[0]] > 3.05", slot)
                readings.append(memory_mb(driver))
            seconds = page.js("return mixfarm.player.loop.to_s")
            page.press(Keys.ENTER)
    whole_mb, renderer_mb = np.max(readings, axis=0)
    which, promised = "" if best_of == 4 else f"_best_of_{best_of}", f"{PROMISED_MB:g} MB promised"
    yield row(f"browser_memory_mb{which}", whole_mb, f"MB, three questions of {best_of} in loops of {seconds:.0f} s",
              f"{promised}; {blank_mb:.0f} MB with an empty page", PROMISED_MB)
    yield row(f"renderer_memory_mb{which}", renderer_mb, "MB resident in the page's process", promised, PROMISED_MB)


def memory_mb(driver):
    """(PSS of all processes that the driver started, RSS of the largest renderer)"""
    parents, whole, renderer = {}, 0.0, 0.0
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
    family = {driver}
    while more := {pid for pid in parents if parents[pid] in family} - family:
        family |= more
    for folder in (pathlib.Path(f"/proc/{pid}") for pid in family - {driver}):
        with contextlib.suppress(OSError):
            lines = (folder / "smaps_rollup").read_text().splitlines()[1:]
            held = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
            whole += held["Pss"]
            if b"--type=renderer" in (folder / "cmdline").read_bytes():
                renderer = max(renderer, held["Rss"])
    return whole, renderer


def blindness(night, rounds):
    times, mixes, looks = [], [], set()
    with audition_of(night) as audition:
        for _ in range(QUESTIONS):
            number, slots, loop = map(next_question(audition).get, ("number", "slots", "loop"))
            server, query = Client(audition.address), "?" + urllib.parse.urlencode(loop)
            offered = next(offer["mixes"] for offer in audition.events("offer") if offer["number"] == number)
            for _ in range(rounds // QUESTIONS):
                took_ms = {}
                for slot in random.sample(range(slots), slots):
                    _, look, took_ms[slot] = server.ask(f"api/audio/{number}/{slot}{query}")
                    looks.add((number, look))
                levels = server.json(f"api/levels/{number}{query}")
                if set(levels) != {"gains_db"} or len(levels["gains_db"]) != slots:
                    raise RuntimeError(f"api/levels tells more than a gain a slot: {levels}")
                times.append([took_ms[slot] for slot in range(slots)])
                mixes.append(offered)
            for slot in range(slots):
                server.json("api/heard", {"number": number, "slot": slot, "seconds": 4})
            server.json("api/answer", {"number": number, "answer": "cannot_tell", "matched": True})
    if len(looks) != QUESTIONS:
        raise RuntimeError(f"api/audio tells slots apart by size or headers: {sorted(looks)}")
    times = times - np.median(times, axis=1, keepdims=True)  # the machine's mood is that of a round
    names, mixes = np.unique(mixes, return_inverse=True)
    mixes, draw = mixes.reshape(times.shape), np.random.default_rng(1)
    told = told_apart(times, mixes)
    by_chance = [told_apart(draw.permuted(times, axis=1), mixes) for _ in range(PERMUTATIONS)]
    p = (1 + np.sum(np.array(by_chance) >= told)) / (1 + PERMUTATIONS)
    yield {**row("blind_by_time", told, f"of {times.size} requests name their mix by the time they took",
                 f"chance, {1 / slots:.3g}: p = {p:.3f}; {len(names)} mixes in {QUESTIONS} questions, one size, the "
                 "same headers"), "ratio": float(told * slots)}


def next_question(audition):
    """When nothing is rendered any more, whose noise would hide a difference."""
    stat = pathlib.Path(f"/proc/{audition.process.pid}/stat")
    end, used = time.monotonic() + PATIENCE_S, [-100, 0]
    while time.monotonic() < end:
        used = [used[-1], sum(map(int, stat.read_text().rsplit(")", 1)[1].split()[11:13]))]
        state = Client(audition.address).json("api/state")
        if state["question"] and used[1] - used[0] <= 5:  # hundredths of a second, in one
            return state["question"]
        time.sleep(1)
    raise RuntimeError(f"no question comes, or the server is never idle: {state['waiting']}")


def told_apart(times, mixes):
    """Share of requests whose time is nearest to the median of their own mix's others, among mixes of the question."""
    medians, own, slots = np.empty(mixes.max() + 1), np.empty(times.shape), np.arange(times.shape[1])
    for mix in range(medians.size):
        values, here = times[mixes == mix], np.nonzero(mixes == mix)
        order, rank, size = np.argsort(values), np.arange(values.size), values.size
        medians[mix] = np.median(values)
        own[tuple(index[order] for index in here)] = np.mean(  # the middle of what is left without each
            [values[order][middle + (middle >= rank)] for middle in ((size - 2) // 2, (size - 1) // 2)], axis=0)
    away = np.abs(times[:, :, None] - medians[mixes][:, None, :])
    away[:, slots, slots] = np.abs(times - own)
    return np.mean(away.argmin(axis=2) == slots)


def measure(night, home, full):
    if not night:
        night = home / "demo"
        subprocess.run([PROGRAM, "demo", str(night), "--candidates", "300"], check=True, capture_output=True)
    night = pathlib.Path(night)
    yield from first_sounds(night, 20 if full else 5)
    yield from switches(night, 200 if full else 20)
    yield from memory(night, 4)
    yield from memory(night, 8) if full else ()
    yield from blindness(night, 1000 if full else 200)


def main(words):
    nights = [word for word in words if word not in ("--full", "--json")]
    with tempfile.TemporaryDirectory(prefix="mixfarm-bench-") as home:
        os.environ["TMPDIR"] = tempfile.tempdir = home  # what browsers leave behind goes with it
        try:
            if len(nights) > 1 or any(night.startswith("-") for night in nights):
                raise RuntimeError("usage: scripts/bench morning [NIGHT] [--full] [--json]")
            show(list(measure("".join(nights), pathlib.Path(home), "--full" in words)), "--json" in words)
        except (AssertionError, OSError, RuntimeError, WebDriverException, subprocess.CalledProcessError) as why:
            sys.exit(print("bench:", str(why).strip().splitlines()[0], file=sys.stderr) or 2)


if __name__ == "__main__":
    main(sys.argv[1:])
