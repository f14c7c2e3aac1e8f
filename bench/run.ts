/** `npm run bench [NAME...]`: every benchmark, or the named ones. Ratios within one run, never absolute claims. */
const BENCHES = [
  'exchange',
  'prompt-scan',
  'profile',
  'linking',
  'ledger',
  'blinding',
  'stix',
  'stream',
  'hub',
  'hub-hostile',
  'hub-kill',
  'gate',
  'gate-http',
  'ingest',
  'lab-faults',
  'finding-to-decision',
] as const;

const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const unknown = wanted.filter((name) => !(BENCHES as readonly string[]).includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${BENCHES.join(', ')}`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : BENCHES) {
  console.log(`\n== ${name}`);
  const { run } = (await import(`./${name}.ts`)) as { run: () => unknown };
  const result = await run();
  if (result !== undefined) console.log(JSON.stringify(result, null, 1));
}
