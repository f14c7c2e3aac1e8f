/** How a preview is shown to a person. */
import { forTerminal } from '../base/safe-text.ts';
import type { Preview } from '../share/sharing/firewall/preview.ts';
import { table } from './hub/office.ts';

const refusedLines = ({ objects }: Preview): readonly string[] => {
  const all = objects.flatMap(({ index, faults }) => faults.map((fault) => ({ index, ...fault })));
  if (all.length === 0) return [];
  const [head = '', ...lines] = table(
    ['#', 'code', 'where'],
    all.map(({ index, code, path }) => [String(index), code, path]),
  );
  return [
    '',
    'Refused:',
    `  ${head}`,
    ...lines.flatMap((line, i) => [`  ${line}`, `      ${forTerminal(all[i]!.sentence, 300)}`]),
  ];
};

export const previewLines = (preview: Preview): readonly string[] => [
  ...table(
    ['#', 'kind', 'bytes', 'sha256', ''],
    preview.objects.map(({ index, type, bytes, sha256, allowed }) => [
      String(index),
      type || '?',
      bytes === undefined ? '-' : String(bytes),
      sha256?.slice(0, 16) ?? '-',
      allowed ? 'leaves' : 'refused',
    ]),
  ),
  ...refusedLines(preview),
  ...(preview.allowed === 0 ? [] : ['', 'These bytes would leave, and no others:']),
  ...preview.objects.flatMap(({ canonical }) =>
    canonical === undefined ? [] : [forTerminal(canonical)],
  ),
  '',
  `${preview.allowed} of ${preview.objects.length} would leave; ${preview.refused} refused.`,
];
