/** The page's only style sheet; colours follow the reader's preference. */
export const STYLES = `
:root { color-scheme: light dark;
  --page: #f5f6f8; --card: #fff; --ink: #1b2330; --soft: #5d6878; --line: #dde2e9; --code: #f0f2f5;
  --accent: #2f6fde; --accent-soft: #e6eefc; --good: #1d8a4e; --bad: #c93434; --bad-soft: #fbe9e9; --warn: #a86a00;
  --bronze: #a8672b; --bronze-soft: #f7ede4; --silver: #66788f; --silver-soft: #eaeef3; --gold: #a3810f; --gold-soft: #fbf4dc; --quarantine: #b3373f; --quarantine-soft: #fbeaec; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161c; --card: #1a2028; --ink: #e4e9f0; --soft: #96a1b1; --line: #2d3641; --code: #222a34;
  --accent: #6ea0f5; --accent-soft: #1d2b45; --good: #4cc384; --bad: #f07272; --bad-soft: #3a2022; --warn: #dba640;
  --bronze: #d69a62; --bronze-soft: #32261b; --silver: #a9b8cb; --silver-soft: #29323d; --gold: #dcb947; --gold-soft: #352e17; --quarantine: #ec8188; --quarantine-soft: #38212a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 26px; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 20px; margin: 0; }
h3 { font-size: 14px; margin: 0 0 10px; }
p { margin: 4px 0 0; }
.soft { color: var(--soft); }
nav { margin-top: 14px; display: flex; flex-wrap: wrap; gap: 8px; }
nav a { color: var(--accent); text-decoration: none; padding: 3px 12px; border: 1px solid var(--line); border-radius: 999px; background: var(--card); }
section { margin-top: 36px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-top: 14px; overflow-x: auto; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(118px, 1fr)); gap: 10px; margin-top: 14px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; }
.tile b { display: block; font-size: 20px; font-variant-numeric: tabular-nums; letter-spacing: -.01em; white-space: nowrap; }
.tile span { color: var(--soft); font-size: 13px; }
.tile.bad b { color: var(--bad); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 14px; margin-top: 14px; }
.columns .card { margin-top: 0; }
table { border-collapse: collapse; font-size: 13.5px; }
th { text-align: left; color: var(--soft); font-weight: 600; white-space: nowrap; }
th, td { padding: 5px 22px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td.figure, th.figure { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
td code { overflow-wrap: anywhere; }
td:first-child { white-space: nowrap; }
pre { background: var(--code); border-radius: 8px; padding: 10px 12px; margin: 0 0 12px; overflow-x: auto; white-space: pre-wrap; }
details summary { cursor: pointer; color: var(--soft); font-size: 13px; margin-bottom: 8px; }
.state { display: inline-block; min-width: 62px; text-align: center; border-radius: 999px; padding: 0 9px; font-size: 12px; font-weight: 600; color: var(--card); }
.state.ALARM { background: var(--bad); } .state.OK { background: var(--good); } .state.INSUFFICIENT_DATA { background: var(--soft); }
.state.failed { background: var(--bad); } .state.passed { background: var(--good); } .state.not-evaluated { background: var(--soft); }
.failure { border-color: var(--bad); background: var(--bad-soft); }
svg { display: block; width: 100%; height: auto; }
.diagram svg { min-width: 760px; }
svg text { fill: var(--ink); font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
svg .small { font-size: 11.5px; fill: var(--soft); } svg .strong { font-weight: 600; } svg .kind { font-size: 10.5px; fill: var(--soft); letter-spacing: .06em; }
svg .node { fill: var(--card); stroke: var(--line); stroke-width: 1.5; } svg .node.lit { fill: var(--accent-soft); stroke: var(--accent); }
svg .node.bronze { fill: var(--bronze-soft); stroke: var(--bronze); } svg .node.quarantine { fill: var(--quarantine-soft); stroke: var(--quarantine); }
svg .node.silver { fill: var(--silver-soft); stroke: var(--silver); } svg .node.gold { fill: var(--gold-soft); stroke: var(--gold); }
svg .edge { fill: none; stroke: var(--soft); stroke-width: 1.5; } svg .edge.dashed { stroke-dasharray: 4 4; } svg .head { fill: var(--soft); }
svg .bar { fill: var(--accent); } svg .bar.reason { fill: var(--quarantine); } svg .axis { stroke: var(--line); }
svg .ALARM { fill: var(--bad); } svg .OK { fill: var(--good); } svg .INSUFFICIENT_DATA { fill: var(--soft); }
svg.account { height: 22px; border-radius: 6px; }
svg .part { stroke: var(--card); stroke-width: 1; }
svg .silver.part { fill: var(--silver); } svg .superseded { fill: var(--warn); } svg .deleted { fill: var(--soft); } svg .rejected { fill: var(--quarantine); }
svg .append { fill: var(--accent); } svg .overwrite { fill: var(--silver); } svg .replace { fill: var(--good); } svg .delete { fill: var(--bad); }
svg .schema { fill: none; stroke: var(--warn); stroke-width: 2; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; color: var(--soft); font-size: 13px; margin: 8px 0; }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
i.silver, i.overwrite { background: var(--silver); } i.superseded { background: var(--warn); } i.deleted { background: var(--soft); } i.rejected { background: var(--quarantine); }
i.append { background: var(--accent); } i.replace { background: var(--good); } i.delete { background: var(--bad); }
.legend i.schema { border: 2px solid var(--warn); border-radius: 50%; }
footer { margin-top: 40px; color: var(--soft); font-size: 13px; }
@media print { body { background: #fff; } .card, .tile { break-inside: avoid; } }
`;
