/** The page's style sheet. Colours are chosen for a contrast of at least 4.5 to 1 of text on its ground. */
export const STYLE = `
:root{color-scheme:light dark;
--ground:#f4f5f6;--paper:#fff;--ink:#15191d;--soft:#565f69;--rule:#d8dce0;--rule-soft:#e8ebee;--zone:#e6ecf2;
--band:#f1f3f5;--pass:#17693a;--fail:#b01e17;--unknown:#855300;--line:#1f5fae;--fault:#8a2be2;--fault-fill:#8a2be21f;
--fail-fill:#b01e17}
@media screen and (prefers-color-scheme:dark){:root{
--ground:#101316;--paper:#171b1f;--ink:#e7eaed;--soft:#a3adb7;--rule:#343b43;--rule-soft:#262c32;--zone:#29323b;
--band:#1c2126;--pass:#74cf98;--fail:#ff8d84;--unknown:#efbd52;--line:#82b1f2;--fault:#c9a2ff;--fault-fill:#c9a2ff2e;
--fail-fill:#ef6c62}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums lining-nums}
main,header,footer{max-width:1240px;margin:0 auto;padding:0 24px}
a{color:var(--line)}
code,pre{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
pre{margin:4px 0 0;padding:8px 10px;background:var(--ground);border:1px solid var(--rule-soft);white-space:pre-wrap;overflow-wrap:anywhere}
h1,h2,h3,p,dl,dd,ol,ul{margin:0;padding:0}
ol,ul{list-style:none}
.top{display:flex;flex-wrap:wrap;gap:2px 20px;padding-top:20px;padding-bottom:12px;color:var(--soft);font-size:12.5px;align-items:baseline}
.top b{color:var(--ink);font-weight:600;font-size:13px;margin-right:auto}
.sheet{background:var(--paper);border:1px solid var(--rule);border-radius:3px;padding:20px 24px;margin-bottom:14px}
h2{font-size:15px;line-height:1.3;font-weight:650;margin-bottom:12px}
h2 small{font-weight:400;font-size:12.5px;color:var(--soft);margin-left:8px}
h3{font-size:14px;font-weight:650;margin:18px 0 6px}
.note{color:var(--soft);font-size:12.5px;max-width:90ch}
.pass{color:var(--pass)}.fail{color:var(--fail)}.unknown{color:var(--unknown)}.soft{color:var(--soft)}
.word{font-weight:650;white-space:nowrap}
.wrap{overflow-wrap:anywhere}
.verdict{border-left:6px solid var(--mark);padding-left:20px}
.verdict.is-pass{--mark:var(--pass)}.verdict.is-fail{--mark:var(--fail)}.verdict.is-unknown{--mark:var(--unknown)}
.verdict h1{font-size:30px;line-height:1.15;font-weight:700;letter-spacing:-.01em;color:var(--mark);display:flex;flex-wrap:wrap;gap:2px 14px;align-items:baseline}
.verdict h1 span{font-size:14px;font-weight:400;letter-spacing:0;color:var(--soft)}
.verdict .reasons{margin-top:10px;font-size:15px;max-width:110ch}
.verdict .reasons li+li{margin-top:3px}
.verdict .reasons li:first-child{font-weight:600}
.said{margin-top:12px;padding-top:10px;border-top:1px solid var(--rule-soft);color:var(--soft);max-width:120ch}
.said li+li{margin-top:1px}
.key{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:0;padding:0}
.key div{padding:12px 20px;box-shadow:-1px -1px 0 var(--rule-soft)}
.key{overflow:hidden}
.key dt{font-size:12px;color:var(--soft)}
.key dd{font-size:20px;line-height:1.3;font-weight:600;letter-spacing:-.01em}
.key dd small{display:block;font-size:12px;line-height:1.45;font-weight:400;letter-spacing:0;color:var(--soft)}
.scroll{overflow-x:auto;max-width:100%;margin-top:8px}.timeline .scroll{margin-top:0}
.scroll:focus-visible,svg:focus-visible,summary:focus-visible{outline:2px solid var(--line);outline-offset:2px}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-size:12.5px;color:var(--soft);padding-bottom:4px}
th,td{text-align:left;vertical-align:top;padding:6px 14px 6px 0;border-bottom:1px solid var(--rule-soft)}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:12px;font-weight:500;color:var(--soft);border-bottom-color:var(--rule);white-space:nowrap;padding-top:0}
tbody th{font-weight:500}
tbody tr:last-child>*{border-bottom:0}
.right{text-align:right;white-space:nowrap}
.tight{white-space:nowrap}
td small,th small{display:block;font-weight:400;font-size:12.5px;color:var(--soft)}
details{font-size:12.5px}
summary{cursor:pointer;color:var(--soft);width:max-content;max-width:100%}
summary::marker{color:var(--soft)}
details[open]>summary{margin-bottom:4px}
details dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:1px 12px}
details dt{color:var(--soft)}
.phases{columns:3 260px;column-gap:28px;margin-top:10px;font-size:12.5px}
.phases li{break-inside:avoid;display:flex;gap:8px;padding:1px 0}
.phases li>:nth-child(2){flex:1}
.readout{min-height:1.5em;font-size:12.5px;color:var(--soft);margin-bottom:6px}
.facts{display:grid;grid-template-columns:fit-content(45%) minmax(0,1fr);align-content:start;gap:2px 16px}
.facts dt{color:var(--soft)}
.two{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 36px}
.unit+.unit{margin-top:22px;padding-top:2px;border-top:1px solid var(--rule)}
svg{display:block}
svg text{font-family:inherit;font-size:11.5px;fill:var(--soft)}
.timeline svg{width:100%;min-width:940px;height:auto}
svg .strong{fill:var(--ink)}svg .title{fill:var(--ink);font-weight:600}
svg .band{fill:var(--band)}svg .grid{stroke:var(--rule-soft)}svg .base{stroke:var(--rule)}
svg .edge{stroke:var(--rule)}
svg .rate{fill:none;stroke:var(--line);stroke-width:1.5;stroke-linejoin:round}
svg .failed{fill:var(--fail-fill)}svg .dropped{fill:var(--paper);stroke:var(--fail-fill)}
svg .limit{stroke:var(--ink);stroke-dasharray:5 3}
svg .fault{fill:var(--fault-fill)}svg .fault-edge{stroke:var(--fault)}svg .fault-bar{fill:var(--fault)}
svg .fault-name{fill:var(--fault);font-weight:600}
svg .leader{stroke:var(--soft);stroke-width:.75;stroke-dasharray:2 2}
svg .mark{fill:var(--ink)}
svg .cursor{stroke:var(--ink);visibility:hidden}
svg .zone{fill:var(--zone)}svg .tick{stroke:var(--ink);stroke-width:2}
svg .beyond{fill:none;stroke:var(--ink);stroke-width:2}svg .v-pass{fill:var(--pass)}svg .v-fail{fill:var(--fail)}svg .v-unknown{fill:var(--unknown)}
svg .done{fill:var(--line)}svg .doubt{fill:var(--line);opacity:.4}
.bullet{width:170px;height:16px;margin-top:2px}
.findings td[data-name=in]{min-width:150px;overflow-wrap:anywhere}.findings td.right,.findings td.tight{white-space:normal;overflow-wrap:anywhere;min-width:7.6em}.findings td.right:nth-child(4){min-width:9.6em}.findings td.right:last-child{min-width:4.5em}.findings tbody th{min-width:220px}
.findings{overflow-x:auto}.findings summary{width:auto;color:var(--ink);font-size:14px}.findings details{font-weight:400}.findings td,.findings th{padding-top:5px;padding-bottom:5px}
.wide{width:60%}
.strip{width:100%;min-width:150px;height:18px}
footer{padding-top:6px;padding-bottom:36px;color:var(--soft);font-size:12.5px}
@media (max-width:760px){
main,header,footer{padding-left:12px;padding-right:12px}
.sheet{padding:14px}.verdict{padding-left:14px}
.key{padding:0;grid-template-columns:minmax(0,1fr) minmax(0,1fr)}.key div{padding:10px 14px}
.two{grid-template-columns:minmax(0,1fr)}
.top b{width:100%}
.findings thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.findings table,.findings tbody,.findings tr,.findings td,.findings th{display:block}
.findings tr{padding:8px 0;border-bottom:1px solid var(--rule-soft)}
.findings td,.findings th{border:0;padding:1px 0;text-align:left;white-space:normal}
.findings td[data-name]::before{content:attr(data-name) " ";color:var(--soft)}
.findings tbody tr{display:grid;grid-template-columns:auto auto 1fr;gap:0 14px}
.findings tbody th{grid-column:1/-1;grid-row:2;min-width:0}.findings tbody td:first-child{grid-column:1;grid-row:1}
.findings td[data-name=in]{grid-column:2/-1;grid-row:1;min-width:0;text-align:right}
.findings .graphic{grid-column:1/-1;padding:3px 0}.findings td[data-name=Value]{grid-row:4}
.findings td[data-name=in]::before{content:""}.findings td.right:nth-child(4),.findings td.right,.findings td.tight{min-width:0}.bullet{width:100%;height:16px}.word{white-space:normal}
.facts{grid-template-columns:minmax(0,1fr)}.facts dd{margin-bottom:4px}}
@media print{body{background:#fff;font-size:11px}.sheet{border:0;padding:8px 0;margin:0}.sheet,main,header,footer{max-width:none}
tr,.unit,.phases{break-inside:avoid}.timeline svg{min-width:0}.readout{display:none}h2,h3{break-after:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;

/** The style's digest for the page's policy, as CSP writes it. A test says what it has to be. */
export const STYLE_DIGEST = 'sha256-PoizL7txVkbZBS21kH/3c1TRzR7cl0z8lODJ0UzLsxY=';
