"""A small night, its audition, and Chromium to look at it: what the browser's tests share."""
import ctypes
import ctypes.util
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import numpy as np
from scipy.io import wavfile
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

PROGRAM = os.environ["MIXFARM_BINARY"]
PATIENCE_S = 120
RATE = 44100


def stems(folder, seconds=14):
    """Drums, bass, keys and a voice, each with its own place in spectrum and time."""
    folder.mkdir(parents=True)
    t = np.arange(int(seconds * RATE)) / RATE
    noise = np.random.default_rng(1).standard_normal((2, t.size))
    beat = np.exp(-9 * (t % 0.5))
    sounds = {
        "drums": 0.5 * beat * np.sin(2 * np.pi * 55 * t) + 0.05 * np.exp(-40 * (t % 0.25)) * noise[0],
        "bass": 0.3 * np.sign(np.sin(2 * np.pi * 65.4 * t)) * (0.4 + 0.6 * np.exp(-3 * (t % 1))),
        "keys": np.stack([0.1 * sum(np.sin(2 * np.pi * hz * t + side) for hz in (262, 330, 392)) for side in (0, 1)]),
        "lead vocal": 0.2 * np.sin(2 * np.pi * 440 * t + 3 * np.sin(2 * np.pi * 5 * t)) * (t % 4 < 3) + 0.01 * noise[1],
    }
    for name, sound in sounds.items():
        wavfile.write(folder / f"{name}.wav", RATE, (0.5 * sound.T).astype(np.float32))


def made_once(name, edit=lambda job: job):
    """A night that all tests of this build share, of a job as `edit` makes it; tests copy it."""
    home = pathlib.Path(os.environ["MIXFARM_BROWSER_NIGHT"] + name)
    night = home / "night"
    run = lambda *words, check=True: subprocess.run([PROGRAM, *map(str, words)], check=check, capture_output=True)
    program, opened_by = str(os.stat(PROGRAM).st_mtime_ns), home / "opened-by"
    if opened_by.exists() and opened_by.read_text() == program:
        return night
    with tempfile.TemporaryDirectory() as folder:  # a program that is newer may not take it any more
        whole = run("render", night, 0, "-o", folder, check=False).returncode == 0
    if whole and (night / "report.html").exists():
        opened_by.write_text(program)
        return night
    subprocess.run(["rm", "-rf", home], check=True)
    stems(home / "stems")
    run("new", home / "stems", "-o", home / "job.yaml")
    (home / "job.yaml").write_text(edit((home / "job.yaml").read_text()))
    run("run", home / "job.yaml", "-o", night, "--candidates", 300, "--device", "cpu")
    opened_by.write_text(program)
    return night


def small_night():
    return made_once("")


def night_with_moves():
    """Every mix lifts the chorus, which begins at 8 s, tucks the verse before it, and does no more of the kind."""
    def edit(job):
        job = job.replace("tempo_bpm: 0", "tempo_bpm: 120")
        job = job.replace("sections: []", "sections: [{name: verse, start_s: 0}, {name: chorus, start_s: 8}]")
        return re.sub(r"^moves:\n(  .*\n)+", "moves: {creative_automation: 0, dynamic_arrangement: 0, "
                      "human_imperfection: 0, sound_design: 0, chorus_lift: {lock: 1}, verse_tuck: {lock: 1}}\n",
                      job, flags=re.M)
    return made_once("-with-moves", edit)


class Audition:
    """The server, as a user starts it."""

    def __init__(self, night, *words):
        self.night, self.words = night, words
        self.start()

    def start(self):
        self.process = subprocess.Popen([PROGRAM, "audition", str(self.night), "--no-open", "--json", *self.words],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        text = ""
        while not text.rstrip().endswith("}"):
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(self.process.stderr.read())
            text += line
        self.address = json.loads(text)["address"]

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        self.process.wait(PATIENCE_S)
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()

    def events(self, kind=None):
        lines = (self.night / "choices.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if kind in (None, event["event"])]


def chromium(width=1280, height=1600, dark=False):
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for switch in ("headless", "no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update",
                   "disable-sync", "disable-dev-shm-usage", "autoplay-policy=no-user-gesture-required",
                   f"user-data-dir={tempfile.mkdtemp(prefix='mixfarm-chromium-')}", f"window-size={width},{height}"):
        options.add_argument("--" + switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.set_script_timeout(PATIENCE_S)
    if width < 500:  # a window is no narrower, a phone is
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True})
    if dark:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                               {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    return driver


class PageTest(unittest.TestCase):
    """A night of its own and a page that is open on it."""
    width, words, made = 1280, ("--best-of", "3"), staticmethod(small_night)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mixfarm-audition-")
        self.addCleanup(folder.cleanup)
        night = pathlib.Path(folder.name) / "night"
        subprocess.run(["cp", "-r", self.made(), night], check=True)
        self.audition = Audition(night, *self.words)
        self.addCleanup(lambda: self.audition.process.poll() is None and self.audition.stop())
        self.driver = chromium(self.width)
        self.addCleanup(self.driver.quit)
        self.open()

    def open(self):
        self.driver.get(self.audition.address)
        self.until("return window.mixfarm?.player.ready")

    def js(self, script, *values):
        return self.driver.execute_script(script, *values)

    def until(self, script, *values):
        """Waits for a script that returns something true, and gives that back."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            value = self.js(script, *values)
            if value:
                return value
            time.sleep(0.05)
        self.fail(f"never came true: {script}\n{self.driver.get_log('browser')}")

    def node(self, css):
        return self.driver.find_element("css selector", css)

    def click(self, css):
        node = self.node(css)
        self.js("arguments[0].scrollIntoView({block: 'center'})", node)
        node.click()

    def state(self):
        return self.js("return window.mixfarm.state")

    def no_complaints(self):
        """Nothing was written to the browser's console."""
        self.assertEqual([entry for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"], [])


class Ebur128(ctypes.Structure):
    _fields_ = [("mode", ctypes.c_int), ("channels", ctypes.c_uint), ("rate", ctypes.c_ulong), ("inner", ctypes.c_void_p)]


def lufs(left, right, rate):
    """Integrated loudness by libebur128."""
    lib = ctypes.CDLL(ctypes.util.find_library("ebur128"))
    lib.ebur128_init.restype = ctypes.POINTER(Ebur128)
    meter = lib.ebur128_init(2, ctypes.c_ulong(rate), 5)
    samples = np.ascontiguousarray(np.stack([left, right], 1), np.float32)
    lib.ebur128_add_frames_float(meter, samples.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(len(samples)))
    loudness = ctypes.c_double()
    lib.ebur128_loudness_global(meter, ctypes.byref(loudness))
    lib.ebur128_destroy(ctypes.byref(meter))
    return loudness.value


def main():
    sys.argv[0] = os.path.basename(sys.argv[0])
    unittest.main()
