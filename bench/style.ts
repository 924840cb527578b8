/** The page's style. Colours were chosen to stand apart for those who do not see all of them, on both grounds. */
export const STYLE = `
:root { --ground:#fcfcfb; --panel:#fff; --ink:#1c1f22; --soft:#5b6168; --line:#d9dcdf;
  --one:#2166ac; --two:#c2571a; --three:#2e8b6f; --four:#8457a8; --five:#b58a12; --six:#7c858d; --bad:#b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground:#15181b; --panel:#1c2024; --ink:#e8eaec; --soft:#a3abb3; --line:#343a40;
  --one:#6fb1ee; --two:#f0945a; --three:#5cc4a3; --four:#bd97dd; --five:#dcb84a; --six:#99a2ab; --bad:#ff8a80; } }
* { box-sizing:border-box; }
body { margin:0; background:var(--ground); color:var(--ink); font:15px/1.5 system-ui,sans-serif; }
main { max-width:1360px; margin:0 auto; padding:16px; }
h1 { font-size:24px; margin:8px 0; } h2 { font-size:19px; margin:32px 0 6px; }
p { margin:4px 0 12px; max-width:75ch; color:var(--soft); } .warn { color:var(--bad); font-weight:600; }
.plots { display:grid; gap:14px; grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr)); align-items:start; }
figure { margin:0; padding:10px 8px; background:var(--panel); border:1px solid var(--line); border-radius:8px; min-width:0; }
figcaption { font-weight:600; font-size:14px; padding:0 4px; }
.unit { margin:0; padding:0 4px; font-size:12px; }
.legend { list-style:none; display:flex; flex-wrap:wrap; gap:2px 12px; margin:2px 0; padding:0 4px; font-size:12px; color:var(--soft); }
.legend i { display:inline-block; width:10px; height:10px; border-radius:2px; margin-right:5px; }
svg { display:block; width:100%; height:auto; } svg text { font:11px system-ui,sans-serif; fill:var(--soft); }
.grid { stroke:var(--line); stroke-width:1; } .axis { stroke:var(--soft); } .line { fill:none; stroke-width:2; stroke-linejoin:round; stroke-linecap:round; }
.mark { stroke:var(--soft); stroke-dasharray:4 3; } .span { stroke:var(--one); stroke-width:3; opacity:.55; stroke-linecap:round; }
circle { fill:var(--one); } .band { fill:var(--two); opacity:.16; } svg g text { fill:var(--ink); }
.scroll { overflow-x:auto; border:1px solid var(--line); border-radius:8px; background:var(--panel); margin:8px 0 14px; }
table { border-collapse:collapse; width:100%; font-size:13px; font-variant-numeric:tabular-nums; }
th,td { padding:6px 8px; text-align:right; white-space:nowrap; border-bottom:1px solid var(--line); }
th { color:var(--soft); font-weight:600; } tbody tr:last-child td { border-bottom:0; }
th:first-child,td:first-child { text-align:left; position:sticky; left:0; background:var(--panel); white-space:normal; min-width:150px; max-width:320px; }
.bad { color:var(--bad); font-weight:700; }
@media (min-width:900px) { .scroll td:first-child { min-width:220px; } }
@media (max-width:500px) { table { font-size:12px; } th,td { padding:5px; } th:first-child,td:first-child { min-width:110px; max-width:150px; } }
`;
