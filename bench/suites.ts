/**
 * The long run of the evaluation: every suite on worlds of full size, stopped and continued at will.
 *
 *   npm run evaluate -- --suite NAME --data DIR --out DIR [--seeds A-B] [--accounts N] [--level N]
 *                       [--baseline FILE] [--model FILE] [--worlds N]
 *                       [--report FILE.html] [--json FILE] [--page PAGE.md]...
 *
 * It is `stillwatch evaluate --suite` with larger defaults, always resumed, and with `--page`: the
 * tables of each suite replace what stands between `<!-- measured: SUITE -->` and `<!-- end -->` in a
 * page of the documentation, so that no figure there is typed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { evaluateSuite, suiteText } from '../src/cli/evaluate-suite.ts';
import { replaceMeasured } from '../src/prove/evaluate/kit/measured-pages.ts';

const { values } = parseArgs({
  options: {
    suite: { type: 'string', default: 'all' },
    data: { type: 'string' },
    seeds: { type: 'string', default: '1001-1020' },
    accounts: { type: 'string', default: '3200' },
    level: { type: 'string', default: '0.01' },
    baseline: { type: 'string' },
    model: { type: 'string' },
    out: { type: 'string', default: 'out/evaluation' },
    worlds: { type: 'string' },
    report: { type: 'string' },
    json: { type: 'string' },
    page: { type: 'string', multiple: true, default: [] },
  },
});

const options = {
  suite: values.suite,
  seeds: values.seeds,
  accounts: Number(values.accounts),
  level: Number(values.level),
  out: values.out,
  resume: true,
  ...(values.data === undefined ? {} : { data: values.data }),
  ...(values.baseline === undefined ? {} : { baseline: values.baseline }),
  ...(values.model === undefined ? {} : { model: values.model }),
  ...(values.worlds === undefined ? {} : { worlds: Number(values.worlds) }),
  ...(values.report === undefined ? {} : { report: values.report }),
};
const report = await evaluateSuite(options, (line) => console.error(line));
console.log(suiteText(report, options));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`);
for (const page of values.page)
  writeFileSync(page, replaceMeasured(readFileSync(page, 'utf8'), report));
