/** The report's whole look. It loads nothing: no font, no script, no image. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --sheet: #ffffff; --ink: #1b2430; --soft: #5a6675; --line: #dfe4ea;
  --good: #1a7f4b; --waste: #8a5a00; --bad: #b3261e; --plain: #5a6675;
  --good-wash: #e3f4ea; --waste-wash: #fbf0d9; --bad-wash: #fbe6e4; --plain-wash: #eceff3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --sheet: #1a2029; --ink: #e6ebf1; --soft: #9aa7b6; --line: #2d3643;
    --good: #6fd39b; --waste: #e9bd62; --bad: #ff9c92; --plain: #a9b5c3;
    --good-wash: #17342a; --waste-wash: #38301b; --bad-wash: #412322; --plain-wash: #28303b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 40px 24px 64px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; }
.kicker { margin: 0; color: var(--soft); font-size: 13px; letter-spacing: 0.04em; }
h1 { margin: 2px 0 4px; font-size: 26px; line-height: 1.25; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 44px 0 12px; font-size: 18px; font-weight: 650; }
.verdict { margin: 0 0 24px; font-size: 16px; color: var(--soft); }
.counters { display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: 12px; margin: 0; padding: 0; list-style: none; }
.counters li { padding: 14px 16px; background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; }
.counters b { display: block; font-size: 26px; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
.counters span { color: var(--soft); font-size: 13px; }
.counters .good b { color: var(--good); } .counters .waste b { color: var(--waste); } .counters .bad b { color: var(--bad); }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th { text-align: left; font-weight: 600; font-size: 13px; color: var(--soft); white-space: nowrap; }
th, td { padding: 9px 14px; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child td { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.none { color: var(--soft); opacity: 0.6; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.folder { display: block; color: var(--soft); font-size: 12.5px; font-weight: 400; overflow-wrap: anywhere; }
.badge { display: inline-block; padding: 1px 9px; border-radius: 999px; font-size: 12.5px; font-weight: 600; white-space: nowrap; }
.badge.good { color: var(--good); background: var(--good-wash); }
.badge.waste { color: var(--waste); background: var(--waste-wash); }
.badge.bad { color: var(--bad); background: var(--bad-wash); }
.badge.plain { color: var(--plain); background: var(--plain-wash); }
.image { margin: 0 0 16px; padding: 16px 18px; background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; }
.image h3 { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; margin: 0; font-size: 15.5px; font-weight: 650; overflow-wrap: anywhere; }
.image > p { margin: 6px 0 0; }
.path { color: var(--soft); font-size: 12.5px; overflow-wrap: anywhere; }
.findings { margin: 12px 0 0; padding: 0; list-style: none; }
.findings li { padding: 8px 0 8px 14px; border-left: 3px solid var(--line); margin-top: 6px; }
.findings li.bad { border-left-color: var(--bad); } .findings li.waste { border-left-color: var(--waste); }
.findings small { display: block; color: var(--soft); font-size: 12.5px; }
code { font: 12.5px ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace; }
footer { margin-top: 40px; color: var(--soft); font-size: 13px; }
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --sheet: #fff; --ink: #000; --soft: #444; --line: #bbb;
    --good: #0d5c34; --waste: #6d4700; --bad: #8f1d17; --plain: #444;
    --good-wash: #fff; --waste-wash: #fff; --bad-wash: #fff; --plain-wash: #fff;
  }
  body { padding: 0; font-size: 11pt; }
  .badge { border: 1px solid currentColor; }
  .sheet { overflow: visible; }
  thead { display: table-header-group; }
  tr, .image h3, .findings li, .counters li { break-inside: avoid; }
}
`
