/** The style sheet of the report page: screen, narrow screens, print. */
import { paletteCss } from './palette.ts';

const base = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
  font:16px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
  font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main,header,footer,.contents{max-width:1120px;margin:0 auto;padding:0 28px}
header{padding-top:56px}
h1,h2,h3,h4,h5{line-height:1.2;text-wrap:balance;margin:0;font-weight:650}
h1{font-size:clamp(1.65rem,3.6vw,2.3rem);letter-spacing:-.018em;max-width:34ch}
h2{font-size:1.45rem;letter-spacing:-.01em;margin:64px 0 16px}
h3{font-size:1.2rem;margin-bottom:10px}
h5{font-size:.9rem;margin:18px 0 6px}h5 .soft{font-weight:400}
h4{font-size:.95rem;margin:32px 0 10px}
p{margin:0 0 12px;max-width:70ch}
ul{margin:0 0 12px;padding-left:1.2em;max-width:70ch}
li{margin:4px 0}
a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:.18em}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--network);outline-offset:2px;border-radius:2px}
.eyebrow{color:var(--soft);font-size:.85rem;letter-spacing:.02em;margin-bottom:12px}
.lead{font-size:1.1rem;margin-top:18px}
.soft{color:var(--soft)}
.small{font-size:.875rem}
.name,.template{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;
  font-size:.875em;overflow-wrap:anywhere;unicode-bidi:isolate}
.skip{position:absolute;left:-999px}
.skip:focus{left:16px;top:16px;background:var(--card);padding:8px 12px}
.contents ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 20px;padding:0;margin:28px 0 0;max-width:none;font-size:.9rem}
`;

const parts = `
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,210px),1fr));gap:20px 36px;
  margin:28px 0 0;padding:20px 0;border:solid var(--line);border-width:1px 0}
.facts dt{font-size:.85rem;color:var(--soft)}
.facts dd{margin:2px 0 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,150px),1fr));gap:16px;
  list-style:none;padding:0;margin:0 0 36px;max-width:none}
.cards li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px;margin:0}
.cards b{display:block;font-size:2rem;line-height:1.15;font-weight:600;letter-spacing:-.02em}
.badge{display:inline-flex;align-items:center;gap:.45em;font-weight:600;white-space:nowrap}
.badge svg{width:.8em;height:.8em;flex:none}
.distillation{color:var(--distillation)}.account-network{color:var(--account-network)}.review{color:var(--review)}
.beside{display:grid;grid-template-columns:minmax(0,1.15fr) minmax(0,1fr);gap:24px 44px;align-items:start}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:28px;margin:0 0 28px}
.card>.top h3{margin:0}.card>.top{display:flex;flex-wrap:wrap;gap:6px 16px;align-items:baseline;margin-bottom:10px}
.meters{display:grid;gap:10px;margin:18px 0 0;padding:0;max-width:640px}
.meter{display:grid;grid-template-columns:84px minmax(0,1fr) 176px;gap:2px 14px;align-items:center}
.meter svg{width:100%;height:12px}
.meter .soft{grid-column:2/-1}
figure{margin:0;min-width:0}
figcaption{font-size:.875rem;color:var(--soft);margin-top:8px;max-width:70ch}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:0;margin:0 0 8px;font-size:.85rem;max-width:none}
.legend li{display:flex;align-items:center;gap:.5em;margin:0}
.legend svg{flex:none}.legend li,.legend span{min-width:0;max-width:100%;overflow-wrap:anywhere}
.scroll{overflow-x:auto;max-width:100%}
.scroll.chart>svg{min-width:560px}
.plot{display:block;overflow:visible;width:100%;height:auto;max-width:100%;font-size:12px;color:var(--ink);--plot-background:var(--card)}
.plot text{white-space:pre}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--soft);font-size:.875rem;padding-bottom:8px}
th,td{text-align:left;padding:8px 14px 8px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:.82rem;white-space:nowrap}
th.n,td.n{text-align:right}
td.n,.when{white-space:nowrap}
tbody th{color:inherit;font-size:inherit;font-weight:500;white-space:normal;min-width:11ch}
.families tbody th{font-weight:400;min-width:200px}.n+:not(.n){padding-left:18px}
.beside+.scroll{margin-top:40px}
th:last-child,td:last-child{padding-right:0}
mark{background:var(--slot);color:var(--slot-ink);border-radius:3px;padding:0 .25em;border-bottom:1.5px dotted currentColor}
details{border-top:1px solid var(--line);margin-top:24px;padding-top:14px}
summary{cursor:pointer;font-weight:600;font-size:.95rem}
details[open]>summary{margin-bottom:12px}
.glossary{display:grid;grid-template-columns:minmax(130px,auto) 1fr;gap:10px 28px;margin:0;max-width:860px}
.glossary dt{font-weight:600}.glossary dd{margin:0}
footer{padding:56px 28px;color:var(--soft);font-size:.875rem}
`;

const evidence = `
.evidence{list-style:none;padding:0;margin:0;max-width:none}
.evidence li{display:grid;grid-template-columns:minmax(0,1fr) 250px 130px;gap:4px 32px;align-items:center;
  padding:12px 0;border-top:1px solid var(--line);margin:0}
.evidence p{margin:0}
.evidence .signal{font-weight:600}
.bullet svg{display:block;width:100%;height:22px}
.amount svg{display:block;width:100%;height:8px;margin-bottom:4px}
.bullet,.amount{font-size:.82rem;color:var(--soft);line-height:1.4}
.bullet b,.amount b{color:var(--ink);font-weight:600}
.network{color:var(--network)}.intent{color:var(--intent)}
`;

const heat = [1, 2, 3, 4, 5].map((level) => `.h${level}{stroke:var(--heat-${level})}`).join('');
const kinds = [0, 1, 2, 3, 4, 5].map((kind) => `.k${kind}{stroke:var(--kind-${kind})}`).join('');

const narrow = `
@media screen and (max-width:860px){.beside{grid-template-columns:minmax(0,1fr)}
.evidence li{grid-template-columns:minmax(0,1fr) minmax(0,.6fr)}.evidence .words{grid-column:1/-1}}
@media screen and (max-width:560px){main,header,footer,.contents{padding-left:16px;padding-right:16px}header{padding-top:32px}
.card{padding:20px 16px}h2{margin-top:48px}
.meter{grid-template-columns:84px minmax(0,1fr)}.cards{gap:10px}.cards li{padding:12px 14px}.cards .badge{white-space:normal}.meter span:nth-of-type(2),.meter .soft{grid-column:2}
.glossary{grid-template-columns:1fr;gap:2px}.glossary dd{margin-bottom:12px}}
`;

// A page that is handed on is often paper: no cards, everything that can be opened is open.
const print = `
@page{margin:16mm 14mm}
@media print{
:root{color-scheme:light}
body{background:none;font-size:10.5pt}
main,header,footer,.contents{padding-left:0;padding-right:0;max-width:none}
header{padding-top:0}.skip,.contents{display:none}
h1{font-size:22pt}h2{margin-top:28pt}
h1,h2,h3,h4,summary,caption,.legend{break-after:avoid}
figure,.evidence li,.cards li,.meters,tr,dt{break-inside:avoid}
#campaigns{break-before:page;margin-top:0}
.card{border:0;border-radius:0;padding:0;background:none}.card+.card{break-before:page}
.cards{grid-template-columns:repeat(4,1fr);gap:8px}.cards .badge{white-space:normal;align-items:baseline}.cards b{font-size:18pt}
.facts{grid-template-columns:repeat(4,1fr);gap:12px}
table{font-size:8.5pt}th,td{padding-top:4px;padding-bottom:4px}tbody th{min-width:9ch}
.evidence li{grid-template-columns:minmax(0,1fr) 190px 90px;gap:4px 20px;padding:7px 0}
.cards li{background:none;padding:10px 12px}
.beside{gap:16px 28px}
.scroll{overflow:visible}.scroll.chart>svg{min-width:0}
thead{display:table-header-group}thead,caption{break-after:avoid}tbody tr:first-child{break-before:avoid}
details{display:block}
details::details-content{content-visibility:visible!important;display:block!important;block-size:auto!important;opacity:1!important}
summary{list-style:none}summary::-webkit-details-marker{display:none}
mark{background:none;border:1px dotted currentColor;color:inherit}
a{text-decoration:none}
}
`;

export const styleSheet = `${paletteCss}${base}${parts}${evidence}
.heat path{fill:none}${heat}.links path{fill:none;stroke-width:1.3;stroke-opacity:.75}${kinds}
${narrow}${print}`.replace(/\n+/g, '\n');
