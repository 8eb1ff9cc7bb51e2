"""How the report's page looks: on a wide screen, on a telephone, at night and on paper."""

STYLE = """
:root{color-scheme:light dark;--paper:#fbf9f4;--card:#fffdf9;--ink:#22303a;--quiet:#56605f;--line:#d8d1c2;
--bar:#0f6460;--back:#f0ece2;--wish:#b4570f;--warn:#8f440b}
@media (prefers-color-scheme:dark){:root{--paper:#0f1517;--card:#151d20;--ink:#e9e4d8;--quiet:#b4bcba;--line:#35434a;
--bar:#5fb8b0;--back:#222d32;--wish:#eda662;--warn:#f0b880}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI","Noto Sans",Arial,sans-serif}
main{max-width:70rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1,h2,h3{font-family:ui-serif,Charter,"Noto Serif",Georgia,serif;line-height:1.25;overflow-wrap:anywhere}
h1{font-size:1.8rem;margin:0 0 .25rem}h2{font-size:1.3rem;margin:2.25rem 0 .75rem}h3{font-size:1.1rem;margin:0}
p{margin:.25rem 0}.quiet,caption,dt{color:var(--quiet)}.small{font-size:.875rem}
dl{margin:0}dd{margin:0;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem}
.tiles>div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .75rem}
.tiles dt{font-size:.875rem}.tiles dd{font-size:1.1rem;font-variant-numeric:tabular-nums}
.findings{padding-left:1.2rem;margin:0}.findings li{margin:.3rem 0}
.findings .warn::marker{content:"! ";color:var(--warn)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr));gap:1rem;align-items:start}
.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem;min-width:0;
break-inside:avoid}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .75rem;font-size:.9rem;margin:.6rem 0}
.warned{color:var(--warn)}
.chart{display:block;width:100%;max-width:27rem;height:auto;margin:.5rem 0;overflow:visible}
.chart text{fill:var(--ink);font-size:12px;font-family:inherit}
.bar{fill:var(--bar)}.back{fill:var(--back)}.mark,.wish{stroke:var(--wish);stroke-width:2;fill:none}
.axis{stroke:var(--line)}
.legend{font-size:.8rem;color:var(--quiet)}.legend b{font-weight:400}.legend .got::before,.legend .ask::before{
content:"";display:inline-block;width:.7em;height:.7em;margin-right:.35em;background:var(--bar)}
.legend .ask::before{background:var(--wish);width:.2em;height:1em;vertical-align:-.15em;margin-left:.9em}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}caption{text-align:left;padding:.25rem 0;font-size:.85rem}
th,td{padding:.35rem .6rem;text-align:right;border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums}
th{font-weight:600}th:first-child,td.text{text-align:left;overflow-wrap:anywhere;min-width:7rem}
details{margin-top:.5rem;font-size:.9rem}summary{cursor:pointer}
a{color:inherit}:focus-visible{outline:2px solid var(--wish);outline-offset:2px}
@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--quiet:#444;--line:#bbb;--bar:#0f6460;--back:#eee;
--wish:#b4570f;--warn:#8f440b}body{font-size:10.5pt}main{max-width:none;padding:0}.cards{grid-template-columns:1fr 1fr}
.scroll{overflow:visible}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
