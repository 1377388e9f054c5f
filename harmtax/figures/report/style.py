"""The look of the page: one style sheet, without a font or a picture from elsewhere."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fbfaf7; --raised: #ffffff; --ink: #1c2330; --quiet: #535d70; --rule: #dcdad3;
  --shade: rgb(28 35 48 / 0.45);
  --main: #2f5d8a; --track: #e3e6ea; --warn-ground: #fff3d6; --warn-ink: #5b3d00; --warn-rule: #b07a00;
  --floor: #7b2442; --high: #a8481f; --medium: #7d6a10; --low: #2f6f5e; --none: #5f6778;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171d; --raised: #1b2028; --ink: #e8e6e1; --quiet: #a9b1c0; --rule: #343b47;
    --shade: rgb(232 230 225 / 0.5);
    --main: #7fb0e0; --track: #2b323d; --warn-ground: #33280c; --warn-ink: #ffe3a3;
    --warn-rule: #d9a53a;
    --floor: #e58aa8; --high: #f0a07a; --medium: #d9c55c; --low: #7cc9b3; --none: #a3acbc;
  }
}
@media print {
  :root {
    color-scheme: light;
    --ground: #ffffff; --raised: #ffffff; --ink: #000000; --quiet: #444444; --rule: #bbbbbb;
    --main: #2f5d8a; --track: #e3e6ea; --warn-ground: #ffffff; --warn-ink: #000000;
    --warn-rule: #000000;
    --floor: #7b2442; --high: #a8481f; --medium: #7d6a10; --low: #2f6f5e; --none: #5f6778;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: break-word;
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
header, main, footer { max-width: 70rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { font-size: clamp(1.7rem, 1.2rem + 2.2vw, 2.5rem); line-height: 1.2; margin: 0 0 1rem;
  letter-spacing: -0.015em; font-weight: 650; text-wrap: balance; }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 0.5rem; font-weight: 620;
  letter-spacing: -0.01em; }
h3 { font-size: 1.05rem; line-height: 1.4; margin: 2rem 0 0.25rem; font-weight: 620; }
p { margin: 0 0 1rem; max-width: 44rem; }
a { color: var(--main); }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--raised); padding: 0.5rem 1rem; z-index: 1; }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
.banner { background: var(--warn-ground); color: var(--warn-ink);
  border-left: 0.3rem solid var(--warn-rule);
  padding: 0.9rem 1.1rem; margin: 0 0 1.5rem; border-radius: 0.25rem; }
.banner p { margin: 0; max-width: none; }
.banner p + p { margin-top: 0.25rem; }
nav ol { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; padding: 0;
  margin: 0 0 1.5rem;
  font-size: 0.95rem; }
.key { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem;
  margin: 0 0 1rem; }
.key div { background: var(--raised); border: 1px solid var(--rule); border-radius: 0.5rem;
  padding: 1rem 1.1rem; }
.key dt { color: var(--quiet); font-size: 0.9rem; line-height: 1.4; }
.key dd { margin: 0; font-size: 2rem; line-height: 1.25; font-weight: 620;
  font-variant-numeric: tabular-nums; }
.key dd.word { font-size: 1.25rem; line-height: 2; font-weight: 500; color: var(--quiet); }
.key dd.note { font-size: 0.9rem; line-height: 1.4; font-weight: 400; color: var(--quiet); }
section { padding: 2.25rem 0; border-top: 1px solid var(--rule); }
.pair { display: grid; gap: 2rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
figure { margin: 0; min-width: 0; }
figcaption { margin-top: 0.75rem; max-width: 44rem; }
/* A shadow at an edge tells that there is more behind it; at the end the ground lies over it. */
.scroll { overflow-x: auto; max-width: 100%;
  background:
    linear-gradient(to right, var(--ground) 40%, transparent) left / 2.5rem 100% no-repeat local,
    linear-gradient(to left, var(--ground) 40%, transparent) right / 2.5rem 100% no-repeat local,
    linear-gradient(to right, var(--shade), transparent) left / 1rem 100% no-repeat scroll,
    linear-gradient(to left, var(--shade), transparent) right / 1rem 100% no-repeat scroll; }
/* Narrower than any phone, where a line of a label would be cut. */
figure .scroll svg { min-width: 20rem; display: block; }
svg text { font: 0.875rem system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  fill: var(--ink); white-space: pre; }
svg .quiet { fill: var(--quiet); font-size: 0.8125rem; }
svg .value { font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
svg .mid { text-anchor: middle; }
svg .course { stroke: var(--main); stroke-width: 2; }
svg .limit { stroke: var(--ink); stroke-width: 2; stroke-dasharray: 6 4; }
svg .veiled { fill: var(--ground); stroke: var(--quiet); stroke-dasharray: 3 3; }
details { margin-top: 2rem; } summary { cursor: pointer; color: var(--main); }
details .scroll { margin-top: 1rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; padding: 0;
  margin: 0.75rem 0 0; font-size: 0.9rem; }
.swatch { display: inline-block; width: 0.9rem; height: 0.9rem; border-radius: 0.15rem;
  margin-right: 0.4rem; vertical-align: -0.1rem; }
.swatch.tier-floor { background: var(--floor); } .swatch.tier-high { background: var(--high); }
.swatch.tier-medium { background: var(--medium); } .swatch.tier-low { background: var(--low); }
.legend + .scroll, .pair + .scroll, .pair + .pair, .pair + figure, .scroll + .pair, .pair + p {
  margin-top: 2rem; }
svg .main { fill: var(--main); } svg .track { fill: var(--track); } svg .base { stroke: var(--rule); }
.tier-floor { fill: var(--floor); } .tier-high { fill: var(--high);
  } .tier-medium { fill: var(--medium); }
.tier-low { fill: var(--low); } .tier-none { fill: var(--none); }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; line-height: 1.45; }
caption { text-align: left; color: var(--quiet); padding: 0 0 0.5rem; }
th, td { text-align: left; vertical-align: top; padding: 0.45rem 1rem 0.45rem 0;
  border-bottom: 1px solid var(--rule); }
th { font-weight: 600; }
tbody th { font-weight: 400; }
tbody th:not(.short) { min-width: 9rem; }
thead th { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.deep { display: block; padding-left: 1.25rem; }
.short { white-space: nowrap; }
.line { display: block; }
figure + .scroll { margin-top: 2rem; }
.pair figure + .scroll { margin-top: 0; }
td.long { min-width: 16rem; }
code { font: 0.85em/1.4 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace;
  overflow-wrap: anywhere; }
td code { min-width: 14rem; display: inline-block; }
footer { color: var(--quiet); font-size: 0.9rem; padding-top: 1.5rem; padding-bottom: 3rem;
  border-top: 1px solid var(--rule); }
@media (min-width: 62rem) {
  .pair { grid-template-columns: minmax(0, 6fr) minmax(0, 5fr); gap: 3rem; }
}
@media print {
  body { font-size: 10pt; }
  .skip, nav, details:not([open]) { display: none; }
  /* The tree of categories on one sheet. */
  #categories > figure svg { zoom: 0.65; }
  header, main, footer { max-width: none; padding: 0; }
  .scroll { overflow: visible; background: none; }
  figure, tr, .key div { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  thead { display: table-header-group; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
