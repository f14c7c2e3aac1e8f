/** CrowdSec's usage metrics (bouncer_metrics_specs): what a bouncer dropped, as remediations. */
import { parseJsonText } from '../../../base/json-text.ts';
import {
  dictionary,
  list,
  noFaults,
  nullable,
  number,
  object,
  orElse,
  type Parser,
  REFUSED,
  text,
} from '../../../base/parse.ts';
import type { RemediationBatch } from '../remediation.ts';

export const LARGEST_USAGE = 1 << 20;

interface Item {
  readonly name: string;
  readonly value: number;
  readonly unit: string | null;
  readonly labels: Readonly<Record<string, string>> | null;
}
interface Block {
  readonly meta: { readonly utc_now_timestamp: number; readonly window_size_seconds: number };
  readonly items: readonly Item[];
}
interface Component {
  readonly utc_startup_timestamp: number;
  readonly metrics: readonly Block[];
}

const item: Parser<Item> = object<Item>({
  name: text(100),
  value: number(),
  unit: orElse(nullable(text(40)), null),
  labels: orElse(nullable(dictionary(text(200))), null),
});
const block: Parser<Block> = object<Block>({
  meta: object({ utc_now_timestamp: number(), window_size_seconds: orElse(number(), 0) }),
  items: orElse(list(item, 1000), []),
});
/** The specification shows one object, and the bouncers send a list of them. */
const blocks: Parser<readonly Block[]> = (value, path, faults) =>
  list(block, 100)(Array.isArray(value) ? value : [value], path, faults);
const usage: Parser<{ readonly remediation_components: readonly Component[] }> = object({
  remediation_components: list(
    object<Component>({ utc_startup_timestamp: orElse(number(), 0), metrics: orElse(blocks, []) }),
    100,
  ),
});

/** Only what was dropped on account of this origin is a remediation of ours. */
const OURS = 'stillwatch';

/**
 * Batches named by start and time of the report, so that a report that is sent again is counted once.
 * Bouncers do not say which decision, and count packets, bytes or requests: bytes are left out.
 */
export const readUsage = (
  body: string,
): readonly RemediationBatch[] | { readonly fault: string } => {
  const parsed = parseJsonText(body, { maxBytes: LARGEST_USAGE, maxDepth: 12, maxValues: 50_000 });
  if (parsed.fault !== undefined) return { fault: parsed.fault.message };
  const faults = noFaults();
  const read = usage(parsed.value, '', faults);
  if (read === REFUSED) return { fault: faults.list.slice(0, 5).join('; ') };
  return read.remediation_components.flatMap(({ utc_startup_timestamp, metrics }) =>
    metrics.map(({ meta, items }) => ({
      batch_id: `usage ${utc_startup_timestamp} ${meta.utc_now_timestamp}`,
      remediations: items
        .filter(
          ({ name, unit, value, labels }) =>
            name === 'dropped' && unit !== 'byte' && value >= 1 && labels?.origin === OURS,
        )
        .map(({ value, labels }) => ({
          decision_id: '',
          outcome: 'refused' as const,
          action: labels?.remediation === 'captcha' ? ('verify' as const) : ('suspend' as const),
          reason: 'NONE' as const,
          count: Math.floor(value),
        })),
    })),
  );
};
