/// The writer: what comes out is well formed whatever goes in.
#include "host/report/page.h"

#include <cmath>
#include <limits>

#include "host/report/plot.h"
#include "tests/report/page_file.h"

namespace mixfarm::report {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Page, EscapesWhatMarkupMeans) {
    EXPECT_EQ(escaped("a<b & \"c\" 'd' >"), "a&lt;b &amp; &quot;c&quot; &#39;d&#39; &gt;");
    EXPECT_EQ(escaped("Gesang \xC3\xBC \xE2\x80\x93 \xF0\x9F\x8E\xA4"),
              "Gesang \xC3\xBC \xE2\x80\x93 \xF0\x9F\x8E\xA4");
}

TEST(Page, ReplacesWhatXmlDoesNotAllow) {
    const std::string unknown = "\xEF\xBF\xBD";
    EXPECT_EQ(escaped(std::string("a\0b", 3)), "a" + unknown + "b");
    EXPECT_EQ(escaped("\x1B[31m"), unknown + "[31m");
    for (const char* torn : {"\x80", "\xC3", "\xC0\xAF", "\xE2\x80", "\xED\xA0\x80",
                             "\xF5\x80\x80\x80", "\xEF\xBF\xBF", "\xF4\x90\x80\x80"})
        EXPECT_EQ(escaped(torn).find(unknown), 0u) << torn;
    std::string every;
    for (int c = 0; c < 256; ++c) every += static_cast<char>(c);
    Markup body;
    body.leaf("p", every, {{"title", every}});
    EXPECT_TRUE(report_test::is_sound(document(every, body, true)));
}

TEST(Page, NumbersHaveFixedDecimals) {
    EXPECT_EQ(fixed(-3.456, 2), "-3.46");
    EXPECT_EQ(fixed(-0.001, 2), "0.00");
    EXPECT_EQ(fixed(1e300, 0).substr(0, 4), "1000");
    EXPECT_EQ(fixed(kNan, 1), "\u2013");
    EXPECT_EQ(fixed(-std::numeric_limits<double>::infinity(), 1, "?"), "?");
    EXPECT_EQ(with_sign(2.04, 1), "+2.0");
    EXPECT_EQ(with_sign(-2.06, 1), "\u22122.1");
    EXPECT_EQ(with_sign(0.04, 1), "0.0");
    EXPECT_EQ(thousands(999), "999");
    EXPECT_EQ(thousands(1234567), "1,234,567");
    EXPECT_EQ(counted(1, "stem", "stems"), "one stem");
    EXPECT_EQ(counted(1200, "stem", "stems"), "1,200 stems");
    EXPECT_EQ(link_to("picks/01-a b#<\xC3\xBC>.flac"), "picks/01-a%20b%23%3C%C3%BC%3E.flac");
}

TEST(Page, WhatIsOpenedIsClosed) {
    Markup body;
    body.open("div").open("p").text("<").close().empty("br").close();
    EXPECT_EQ(body.str(), "<div><p>&lt;</p>\n<br/></div>\n");
    EXPECT_DEATH(Markup().open("div").str(), "open_");
    EXPECT_DEATH(Markup().close(), "open_");
    EXPECT_DEATH(Markup().verbatim("style", "</style>"), "content");
}

TEST(Page, AxesPutValuesInTheirPlaces) {
    EXPECT_DOUBLE_EQ(number_axis(-10, 10, 4, "").place(5), 0.75);
    EXPECT_NEAR(ratio_axis(0.1, 10, "").place(1), 0.5, 1e-12);
    EXPECT_TRUE(std::isnan(ratio_axis(0.1, 10, "").place(0)));
    std::vector<std::string> labels;
    for (const Tick& t : number_axis(-0.27, 0.31, 5, "").ticks) labels.push_back(t.label);
    EXPECT_EQ(labels, (std::vector<std::string>{"\u22120.2", "0.0", "0.2"}));
    labels.clear();
    for (const Tick& t : time_axis(3600, 6).ticks) labels.push_back(t.label);
    EXPECT_EQ(labels, (std::vector<std::string>{"0:00", "10:00", "20:00", "30:00", "40:00", "50:00",
                                                "1:00:00"}));
    EXPECT_LE(time_axis(4, 6).ticks.size(), 7u);
    // No values, or all alike: still an axis.
    for (const double value : {0.0, -14.0, kNan})
        EXPECT_GE(number_axis(value, value, 4, "").ticks.size(), 2u);
}

TEST(Page, EveryAxisHasTwoTicksAtLeast) {
    for (double low = 0.0103; low < 30; low *= 1.037)
        for (double ratio = 1.05; ratio < 300; ratio *= 1.13) {
            const Axis axis = ratio_axis(low, low * ratio, "");
            EXPECT_GE(axis.ticks.size(), 2u) << low << " to " << low * ratio;
            EXPECT_LE(axis.ticks.size(), 12u) << low << " to " << low * ratio;
            for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
                EXPECT_GE(axis.place(axis.ticks[i].value), -1e-5);
                EXPECT_LE(axis.place(axis.ticks[i].value), 1 + 1e-5);
                if (i > 0) {
                    EXPECT_NE(axis.ticks[i].label, axis.ticks[i - 1].label);
                }
            }
            EXPECT_GE(number_axis(low, low * ratio, 6, "").ticks.size(), 2u);
        }
}

TEST(Page, PlotsLeaveGapsWhereNothingWasMeasured) {
    const Axis unit{0, 1, false, {}, ""};
    const std::string line = Plot(unit, unit, "x")
                                 .line({{0, 0}, {.1, 1}, {.2, kNan}, {.3, 0}, {.4, 1}}, "mix")
                                 .finish()
                                 .str();
    EXPECT_NE(line.find("d=\"M0 1000L100 0M300 1000L400 0\""), std::string::npos) << line;
    const std::string area = Plot(unit, unit, "x")
                                 .under({{0, kNan}, {.1, 1}, {.2, .5}, {.3, kNan}}, "mix")
                                 .finish()
                                 .str();
    EXPECT_NE(area.find("d=\"M100 0L200 500L200 1000L100 1000Z\""), std::string::npos) << area;
    const std::string dots =
        Plot(unit, unit, "x").dots({{.5, .5}, {.5, .5}, {2, .5}, {kNan, .5}}, "dot").finish().str();
    EXPECT_NE(dots.find("d=\"M500 500h.1\""), std::string::npos) << dots;
    Markup body;
    body.add(Plot(unit, unit, "<>").line({{0, kNan}}, "mix").finish());
    EXPECT_TRUE(report_test::is_sound(document("t", body, false)));
}

}  // namespace
}  // namespace mixfarm::report
