/**
 * `npm run evaluate`: the long runs of detection quality.
 *
 *   npm run evaluate -- --suite all --data DIR     the suites of the evaluation kit (suites.ts)
 *   npm run evaluate -- --data DIR                 the table by share of unrelated traffic
 */
const wantsSuite = process.argv.some((argument) => /^--suite(=|$)/.test(argument));
await import(wantsSuite ? './suites.ts' : './unrelated-table.ts');
