/// How the pages look: one style sheet for light and dark, for phones, screens and paper, and the
/// few lines of script that let picks be compared while they play.
#include "host/report/page.h"

namespace mixfarm::report {
namespace {

// Blue, orange, green and purple are those of Okabe and Ito (2008), told apart with every kind of
// colour vision; lines differ in their dashes too. Steps of the score go from faint to strong on
// either ground.
constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--paper:#f5f6f7;--card:#fff;--ink:#1b2126;--soft:#5a656e;--line:#dde2e6;--edge:#c4ccd2;
--blue:#0067a5;--blues:0 103 165;--orange:#b84e00;--oranges:184 78 0;--green:#00785a;--purple:#9c4f7d;--purples:156 79 125;--wash:#e9eef2;--onblue:#fff;
--s0:#d3dfe8;--s1:#adc8dc;--s2:#7fadce;--s3:#4f90bd;--s4:#2470a4;--s5:#0a4a78}
@media (prefers-color-scheme:dark){:root{--paper:#14181b;--card:#1d2327;--ink:#e6eaed;--soft:#9aa6af;--line:#333c42;--edge:#4b565e;
--blue:#5fb8ec;--blues:95 184 236;--orange:#f09a3e;--oranges:240 154 62;--green:#39c29a;--purple:#d893bb;--purples:216 147 187;--wash:#28313a;--onblue:#0c1216;
--s0:#2a363f;--s1:#33495a;--s2:#3d627d;--s3:#4f87ad;--s4:#78b4dc;--s5:#c8e6fa}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:1180px;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.75rem;line-height:1.2;margin:.2rem 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.4rem 0 .3rem}
h3{font-size:1.05rem;margin:0;overflow-wrap:anywhere}
h4{font-size:.85rem;font-weight:600;margin:0 0 .1rem}
p{margin:.3rem 0 .7rem;max-width:76ch;overflow-wrap:anywhere}
a{color:var(--blue)}
.kind{color:var(--soft);font-size:.8rem;letter-spacing:.06em;text-transform:uppercase;margin:0}
.lead{font-size:1.08rem}
.soft,.note{color:var(--soft)}
.note{font-size:.87rem}
.pick>.note{margin-top:.7rem}
summary{cursor:pointer}
.num,td,dd,.plot span,.plot a{font-variant-numeric:tabular-nums}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.1rem;margin:.8rem 0}
.grid{display:grid;gap:.9rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));margin:.8rem 0}
.grid .card{margin:0}
figure{margin:0}
.three{display:grid;gap:.6rem 1.4rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));margin-top:.8rem}
.two{display:grid;gap:.8rem 1.6rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr))}
.beside{display:flex;flex-wrap:wrap;gap:.6rem 2.5rem;align-items:center}
.beside>.scroll{max-width:100%}.beside>ul{flex:1 1 18rem;font-size:.92rem}
.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th{font-weight:600;text-align:left;color:var(--soft);font-size:.8rem;vertical-align:bottom}
th,td{padding:.34rem .5rem;border-bottom:1px solid var(--line)}
td.n,th.n{text-align:right;white-space:nowrap}
tr:last-child td{border-bottom:0}
td.words{min-width:15rem}
td a{text-decoration:none}td a:hover,td a:focus{text-decoration:underline}
dl.figures{display:flex;flex-wrap:wrap;gap:.35rem 1.5rem;margin:.6rem 0}
dl.figures div{min-width:4rem}
dt{color:var(--soft);font-size:.76rem}
dd{margin:0;font-weight:600}
dd small{font-weight:400;color:var(--soft);font-size:.76rem}
dd.off{color:var(--orange)}
ul.problems{margin:.5rem 0;padding:0;list-style:none;font-size:.92rem}
ul.problems li{padding-left:1.3rem;position:relative;margin:.15rem 0;overflow-wrap:anywhere}
ul.problems li::before{content:"!";position:absolute;left:0;top:.22em;width:1em;height:1em;line-height:1em;text-align:center;font-size:.82em;font-weight:700;border-radius:50%;background:var(--orange);color:var(--card)}
.move{display:grid;grid-template-columns:9rem 1fr;gap:.1rem .8rem;padding:.35rem 0;border-top:1px solid var(--line)}
.move:first-child{border-top:0}
.move span{grid-column:1/-1;font-size:.87rem;color:var(--soft)}
.track{position:relative;height:.8rem;margin-top:.35rem;background:var(--wash);border-radius:3px}
.track i{position:absolute;top:0;bottom:0;min-width:3px;background:var(--blue);border-radius:3px;opacity:.8}
.names{height:1.3rem;background:none;margin-top:0}
.names i{background:var(--wash);color:var(--soft);font:.75rem/1.3rem system-ui,sans-serif;padding-left:.3rem;overflow:hidden;white-space:nowrap;border-left:2px solid var(--card);opacity:1}
@media (max-width:34rem){.move{grid-template-columns:1fr}}
ul.plain{margin:.3rem 0 .7rem;padding-left:1.1rem}
.fine{color:var(--green);font-size:.92rem;margin:.5rem 0}
.key{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;font-size:.8rem;color:var(--soft);margin:.1rem 0 .3rem;padding:0;list-style:none}
.key i{display:inline-block;width:1.5em;height:0;border-top:2px solid;margin-right:.4em;vertical-align:.25em}
.key i.a{border-top:.7em solid;height:0;vertical-align:-.05em}
.key i.t{width:2px;height:.85em;border:0;background:var(--ink);vertical-align:-.1em}
.key i.d{width:.6em;height:.6em;border:0;border-radius:50%;vertical-align:0}
.plot{position:relative;height:170px;margin:1.6rem .9rem 1.7rem 2.7rem}
.plot.tall{height:380px}.plot.low{height:120px}.plot.wide{height:220px}
.plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:hidden;display:block}
.plot path{fill:none;vector-effect:non-scaling-stroke}
.plot span,.plot a{position:absolute;font-size:.72rem;line-height:1;color:var(--soft);white-space:nowrap}
.plot .tx{top:calc(100% + 6px);transform:translateX(-50%)}
.plot .ty{right:calc(100% + 6px);transform:translateY(-50%)}
.plot .ux{top:calc(100% + 20px);right:0}
.plot .uy{bottom:calc(100% + 9px);right:calc(100% + 6px)}
.plot .west{left:0;top:calc(100% + 24px)}
.plot .east{right:0;top:calc(100% + 24px)}
.plot .uy0{left:0;bottom:calc(100% + 6px)}
.plot .mid{left:50%;top:calc(100% + 24px);transform:translateX(-50%)}
.plot .north{left:0;bottom:calc(100% + 6px)}
.plot .west,.plot .east,.plot .north,.plot .south{color:var(--ink);font-weight:600}
.plot .south{left:5px;bottom:4px;background:var(--card);padding:2px 3px;border-radius:2px}
.plot.named{margin-bottom:2.8rem}
path.grid{stroke:var(--line);stroke-width:1}
path.mix,path.stem{stroke:var(--blue);stroke-width:2;stroke-linejoin:round}
path.stemfill{fill:rgb(var(--blues)/.16)}
path.sum{stroke:var(--soft);stroke-width:1.3;stroke-dasharray:1 3;stroke-linecap:round}
path.rules{stroke:var(--green);stroke-width:1.5;stroke-dasharray:5 3}
path.target{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:2 3}
path.tolerance{fill:rgb(var(--blues)/.1)}
path.moment{fill:rgb(var(--blues)/.22)}
path.aim{stroke:var(--ink);stroke-width:1;stroke-dasharray:1 3}
path.bump{fill:var(--orange);opacity:.2}
path.section{stroke:var(--edge);stroke-width:1}
path.excerpt{fill:var(--purple);opacity:.16}
path.best{stroke:var(--blue);stroke-width:2}
path.generation{stroke:var(--line);stroke-width:1}
path.dot{stroke-linecap:round;stroke-width:4}
path.out{stroke:var(--edge);stroke-linecap:round;stroke-width:2.5;opacity:.55}
path.s0{stroke:var(--s0)}path.s1{stroke:var(--s1)}path.s2{stroke:var(--s2)}path.s3{stroke:var(--s3)}path.s4{stroke:var(--s4)}path.s5{stroke:var(--s5)}
path.spot{stroke:var(--orange);stroke-width:7;stroke-linecap:round}
path.wire{stroke:var(--orange);stroke-width:1}
.plot .flag,.badge{background:var(--orange);color:var(--card);font-weight:700;border-radius:50%;text-align:center;text-decoration:none}
.plot .flag{width:20px;height:20px;line-height:20px;transform:translate(-50%,-50%);font-size:.72rem}
.plot .base{background:var(--card);color:var(--ink);border:1px solid var(--ink)}
.badge{display:inline-block;min-width:1.9rem;height:1.9rem;line-height:1.9rem;flex:none}
.ramp{display:inline-block;width:8rem;height:.7rem;border-radius:2px;vertical-align:-.05rem;margin:0 .4rem;background:linear-gradient(90deg,var(--s0),var(--s1),var(--s2),var(--s3),var(--s4),var(--s5))}
.pick header{display:flex;gap:.8rem;align-items:flex-start}
.pick header div{flex:1;min-width:0}
.pick .score{font-size:1.35rem;font-weight:700;line-height:1.2;text-align:right}
.pick .score small{display:block;font-size:.72rem;font-weight:400;color:var(--soft)}
audio{width:100%;height:40px;margin:.6rem 0 .1rem}
.head{position:absolute;top:0;bottom:0;width:2px;background:var(--ink);left:0;display:none;pointer-events:none}
.plot.seek{cursor:pointer}
.bars{display:grid;grid-template-columns:auto 1fr auto;gap:.32rem .6rem;align-items:center;font-size:.85rem;margin:.9rem 0 .4rem}
.bar{position:relative;height:.85rem;background:var(--wash);border-radius:3px}
.bar b{position:absolute;left:0;top:0;bottom:0;border-radius:3px;background:var(--blue)}
.bar b.limit{background:repeating-linear-gradient(45deg,var(--orange) 0 5px,rgb(var(--oranges)/.55) 5px 8px)}
.bar i{position:absolute;top:-3px;bottom:-3px;width:2px;background:var(--ink)}
.lanes{display:grid;grid-template-columns:minmax(4.5rem,max-content) minmax(0,1fr);column-gap:.7rem;row-gap:3px;font-size:.82rem;margin:.6rem 0 1.6rem;padding-right:1rem}
.lanes .name{max-width:11rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;align-self:center}
.lanes .plot{height:26px;margin:0}.lanes .plot .uy{display:none}.lanes .plot .mute{left:2px;top:50%;transform:translateY(-50%)}
.lanes .plot.top{height:20px}
.lanes .plot.loud{height:110px;margin:.5rem 0 1.3rem}
.lanes .cut{position:absolute;overflow:hidden;text-overflow:ellipsis;height:100%;padding:4px 5px;border-left:1px solid var(--edge);background:var(--wash);color:var(--ink);font-size:.72rem}
.lanes .cut.x{overflow:visible;text-overflow:clip;background:rgb(var(--purples)/.28);border-left:2px solid var(--purple)}
path.lane{fill:var(--blue)}
path.rest{stroke:var(--line);stroke-width:1}
table.heat{width:auto;border-collapse:separate;border-spacing:2px;font-size:.82rem}
table.heat th,table.heat td{border:0}
table.heat td{text-align:center;min-width:2.7rem;height:2.1rem;padding:0 .2rem;border-radius:3px;background:var(--wash)}
table.heat td.self{background:repeating-linear-gradient(45deg,transparent 0 4px,var(--line) 4px 5px)}
table.heat td.deep{color:var(--onblue);font-weight:600}
table.heat th{max-width:10rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:var(--ink);font-weight:500;vertical-align:middle}
table.heat thead th{vertical-align:bottom;padding:.3rem 0}
table.heat thead span{writing-mode:vertical-rl;transform:rotate(180deg);max-height:8rem;overflow:hidden;text-overflow:ellipsis;display:inline-block}
table.heat tbody th{text-align:right;position:sticky;left:0;background:var(--card);z-index:1}
table.heat.many td{min-width:1.5rem;width:1.5rem;height:1.5rem;font-size:.66rem;padding:0}
footer{color:var(--soft);font-size:.85rem;margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.8rem}
@media (max-width:560px){body{font-size:15px}main{padding:1rem .7rem 2rem}.card{padding:.8rem .75rem}.plot.tall{height:300px}.plot .mid{top:calc(100% + 40px)}.two .plot.named{margin-bottom:3.8rem}.lanes .name{max-width:6rem}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ddd;--edge:#aaa;--blue:#0067a5;--blues:0 103 165;--orange:#b84e00;--oranges:184 78 0;--green:#00785a;--purple:#9c4f7d;--purples:156 79 125;--wash:#eee;--onblue:#fff;
--s0:#d3dfe8;--s1:#adc8dc;--s2:#7fadce;--s3:#4f90bd;--s4:#2470a4;--s5:#0a4a78}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}body{font-size:11pt}main{max-width:none;padding:0}audio{display:none}.card,figure,.plot{break-inside:avoid}h2{break-after:avoid}.scroll{overflow:visible}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
)";

// One mix at a time: who starts takes over the place of who played, so that mixes are compared at
// the same bar, and all are turned down to the quietest. The line over the loudness moves along; a
// click on it goes there.
constexpr std::string_view kScript = R"(
(function(){
var all=Array.prototype.slice.call(document.querySelectorAll('audio'));
function plotOf(a){return a.closest('.pick').querySelector('.seek');}
function show(a){var p=plotOf(a);if(!p)return;var h=p.querySelector('.head');h.style.display='block';
h.style.left=100*a.currentTime/Number(p.dataset.seconds)+'%';}
all.forEach(function(a){
a.volume=Math.pow(10,Number(a.dataset.down||0)/20);
a.addEventListener('play',function(){all.forEach(function(o){if(o!==a){if(!o.paused){o.pause();a.currentTime=o.currentTime;}}});});
a.addEventListener('timeupdate',function(){show(a);});
var p=plotOf(a);
if(p)p.addEventListener('click',function(e){var r=p.getBoundingClientRect();
a.currentTime=Math.max(0,(e.clientX-r.left)/r.width*Number(p.dataset.seconds));if(a.paused)a.play();});
});
})();
)";

}  // namespace

std::string document(std::string_view title, const Markup& body, bool plays) {
    Markup page;
    page.open("html", {{"lang", "en"}, {"xmlns", "http://www.w3.org/1999/xhtml"}}).open("head");
    page.empty("meta", {{"charset", "utf-8"}});
    page.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    page.empty("meta", {{"name", "generator"}, {"content", "mixfarm"}});
    page.empty("link", {{"rel", "icon"}, {"href", "data:,"}});  // none, and no request for one
    page.leaf("title", title).verbatim("style", kStyle).close();
    page.open("body").open("main").add(body).close();
    if (plays) page.verbatim("script", kScript);
    page.close().close();
    return "<!DOCTYPE html>\n" + page.str();
}

}  // namespace mixfarm::report
