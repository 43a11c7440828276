"""Reads a page with parsers that are not ours and prints what is wrong with it, one complaint a line.

page_check.py PAGE [RESULTS.h5]: any page; with the night's results, also whether each figure of each pick is theirs.
"""

import html.parser
import pathlib
import re
import sys
import xml.etree.ElementTree

VOID = {"meta", "link", "br", "path"}
DRAWN = re.compile(r"^(M-?[\d.]+ -?[\d.]+|L-?[\d.]+ -?[\d.]+|[HVh]-?[\d.]+|Z)+$")
SPACE = "{http://www.w3.org/1999/xhtml}"


class Tags(html.parser.HTMLParser):
    """As browsers read it: every element is closed in its turn, ids are unique, links lead somewhere."""

    def __init__(self, complain):
        super().__init__(convert_charrefs=True)
        self.complain, self.open, self.ids, self.anchors = complain, [], set(), set()

    def handle_startendtag(self, tag, attributes):
        self.look(tag, dict(attributes))
        if tag not in VOID:
            self.complain(f"<{tag}/> is not closed for a browser")

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.look(tag, dict(attributes))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.complain(f"</{tag}> out of turn")

    def look(self, tag, attributes):
        name = attributes.get("id")
        if name is not None and (name in self.ids or self.ids.add(name)):
            self.complain(f"id {name} twice")
        for key in ("href", "src"):
            value = attributes.get(key)
            if value is None:
                continue
            if value.startswith("#"):
                self.anchors.add(value[1:])
            elif value != "data:," and not re.fullmatch(r"picks/[-\w.~%]+\.flac", value):
                self.complain(f"{tag} {key} leads out of the page: {value}")
        if tag == "svg" and not attributes.get("aria-label"):
            self.complain("a picture without words")
        if tag == "path" and not DRAWN.match(attributes.get("d", "")):
            self.complain("a path that draws nothing: " + attributes.get("d", "")[:60])
        for value in attributes.values():
            if value and re.search(r"\b(nan|inf)\b", value, re.I):
                self.complain(f"{tag}: not a number in {value[:60]}")


def of_class(root, tag, name):
    return [e for e in root.iter(SPACE + tag) if name in e.get("class", "").split()]


def text(element):
    return "".join(element.itertext()).strip()


def compare(root, results, complain):
    import h5py
    import numpy

    names = {"loudness": "integrated_lufs", "true peak": "true_peak_dbtp", "range": "loudness_range_lu",
             "peak : loudness": "plr_db", "side : mid": "width", "lead : rest": "lead_to_rest_lu", "lead heard": "lead_audibility",
             "reverb : dry": "reverb_to_dry_lu", "reverb": "reverb_s", "distortion": "distortion_db",
             "effects": "effects_in_play", "EQ undone": "undone_db"}
    with h5py.File(results) as f:
        ids = list(f["candidates/id"])
        cards = [e for e in of_class(root, "article", "pick") if e.get("id")]
        if len(cards) != len(f["ranking/picks"]):
            complain(f"{len(cards)} cards for {len(f['ranking/picks'])} picks")
        terms = [t.decode() if isinstance(t, bytes) else t for t in f["scores"].attrs["terms"]]
        for card, pick, words in zip(cards, f["ranking/picks"], f["ranking/words"].asstr()):
            row = ids.index(pick)

            def same(shown, value, what):
                decimals = len(shown.partition(".")[2])
                if abs(float(shown.replace("\u2212", "-")) - float(value)) > 0.5000001 * 10.0 ** -decimals:
                    complain(f"pick {pick}: {what} is {shown} in the page, {value} in the results")

            if text(card.find(f".//{SPACE}h3")) != words:
                complain(f"pick {pick}: other words")
            if f"mix {pick} " not in text(card):
                complain(f"pick {pick}: its number is missing")
            same(text(of_class(card, "div", "score")[0])[:5], f["scores/technical"][row], "score")
            shown = {}
            for entry in (figure for row_of_figures in of_class(card, "dl", "figures") for figure in row_of_figures):
                name, value = text(entry[0]), entry[1].text.strip()
                shown[name] = value
                same(value, f["metrics/" + names[name]][row], name)
            for name, metric in names.items():
                if numpy.isfinite(f["metrics/" + metric][row]) and name not in shown:
                    complain(f"pick {pick}: {name} is missing")
            bars = [text(e) for e in of_class(card, "div", "bars")[0]]
            if bars[0::3] != terms:
                complain(f"pick {pick}: terms {bars[0::3]}")
            for name, value in zip(bars[0::3], bars[2::3]):
                same(value, f["scores/" + name][row], name)


def main():
    page = open(sys.argv[1], encoding="utf-8").read()
    complaints = []
    tags = Tags(complaints.append)
    tags.feed(page)
    tags.close()
    if tags.open:
        complaints.append(f"never closed: {tags.open}")
    for anchor in tags.anchors - tags.ids:
        complaints.append(f"a link to #{anchor}, which is not there")
    root = xml.etree.ElementTree.fromstring(page)
    if not text(root.find(f"{SPACE}head/{SPACE}title")):
        complaints.append("no title")
    here = (pathlib.Path(sys.argv[1]).resolve().parent, pathlib.Path.cwd(), pathlib.Path.home())
    places = [str(place) for place in here if len(str(place)) > 1]
    for word in (*places, "/tmp/", "/home/", "/root/", "file:", "http:", "https:"):
        for at in re.finditer(re.escape(word), page):
            if "www.w3.org" not in page[at.start():at.start() + 30]:
                complaints.append("names a place of the machine or the net: " + page[at.start():at.start() + 60])
    if len(sys.argv) > 2:
        compare(root, sys.argv[2], complaints.append)
    print("\n".join(complaints))
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
