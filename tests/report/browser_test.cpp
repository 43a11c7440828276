/// A real browser opens the pages: nothing to complain about, nothing fetched.

#include "host/report/analysis_page.h"
#include "host/report/night_page.h"
#include "tests/report/example.h"
#include "tests/report/page_file.h"

namespace mixfarm::report {
namespace {

using report_test::shell;

std::string chromium() {
    std::string found = shell("command -v chromium chromium-browser 2>/dev/null").out;
    return found.substr(0, found.find('\n'));
}

struct Seen {
    std::string page, complaints;
    std::vector<std::string> fetched;
};

/// Opens a page and returns what became of it, what the console said and which addresses were
/// asked for.
Seen browse(const std::string& program, const std::string& page) {
    const report_test::Scratch scratch;
    report_test::write_page(scratch / "page.html", page);
    const std::string log = (scratch / "net.json").string(), said = (scratch / "said").string();
    const std::string command =
        "rm -rf " + (scratch / "profile").string() + "; timeout 60 " + program +
        " --headless --no-sandbox --disable-gpu --disable-background-networking"
        " --disable-component-update --disable-sync --no-first-run --disable-extensions"
        " --disable-default-apps --host-resolver-rules='MAP * ~NOTFOUND'"  // it stays at home
        " --enable-logging=stderr --user-data-dir=" +
        (scratch / "profile").string() + " --log-net-log=" + log + " --dump-dom file://" +
        (scratch / "page.html").string() + " 2>" + said;
    Seen seen;
    std::string text;
    // On a busy machine Chromium now and then hangs while it starts, before it opens a page.
    for (int tries = 0; tries < 3 && text.empty(); ++tries) {
        seen.page = shell(command).out;
        std::ifstream net(log);
        text.assign(std::istreambuf_iterator<char>(net), {});
    }
    std::ifstream lines(said);
    for (std::string line; std::getline(lines, line);)
        if (line.find("CONSOLE") != std::string::npos) seen.complaints += line + "\n";
    for (std::size_t at = 0; (at = text.find("\"url\":\"", at)) != std::string::npos;) {
        at += 7;
        const std::string url = text.substr(at, text.find('"', at) - at);
        // The browser's own questions to its maker, which no flag silences; pages hold no such
        // address (page_check.py).
        const std::string host = url.substr(0, url.find('?'));
        if (host.find(".google.com/") == std::string::npos &&
            host.find(".googleapis.com/") == std::string::npos)
            seen.fetched.push_back(url);
    }
    EXPECT_FALSE(text.empty()) << "the browser kept no record of what it fetched";
    return seen;
}

TEST(Browser, OpensThePagesWithoutComplaintAndFetchesNothing) {
    const std::string program = chromium();
    if (program.empty()) GTEST_SKIP() << "NOT TESTED here: no chromium on this machine";
    const auto a = report_test::analysed_song(6, 90, 4);
    const auto n = report_test::night(300, 5, 90);
    for (const std::string& page :
         {analysis_page(a.song, a.profile, a.sum), night_page(n.results, n.record)}) {
        const Seen seen = browse(program, page);
        EXPECT_NE(seen.page.find("</footer>"), std::string::npos);
        EXPECT_EQ(seen.complaints, "");
        for (const std::string& url : seen.fetched)
            EXPECT_TRUE(url.starts_with("file://") || url.starts_with("data:")) << url;
    }
    // The same look finds what a page does wrong.
    const Seen bad = browse(program,
                            "<!DOCTYPE html><html><body><img src=\"http://127.0.0.1:9/x.png\"/>"
                            "<script>undefined_function()</script></body></html>");
    EXPECT_NE(bad.complaints, "");
    EXPECT_NE(std::find(bad.fetched.begin(), bad.fetched.end(), "http://127.0.0.1:9/x.png"),
              bad.fetched.end());
}

}  // namespace
}  // namespace mixfarm::report
