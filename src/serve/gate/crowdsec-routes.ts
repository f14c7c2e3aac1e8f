/** CrowdSec's local API, as far as bouncers use it: decisions, their stream, and usage metrics. */
import {
  type Blocks,
  BOUNCER_TYPES,
  type CrowdsecDecision,
} from '../../act/gateway/crowdsec/blocks.ts';
import { LARGEST_USAGE, readUsage } from '../../act/gateway/crowdsec/usage.ts';
import type { RemediationBatch, Remediations } from '../../act/gateway/remediation.ts';
import type { Gate } from '../../act/response/decision.ts';
import { type Call, problem, type Route, reply, replyJson, withBody } from './http.ts';

export interface CrowdsecParts {
  readonly blocks: Blocks;
  readonly gate: () => Gate;
  readonly remediations: Remediations;
  readonly told: (gateway: string, batch: RemediationBatch) => void;
}

/** CrowdSec's API answers `null` where nothing matches. */
const orNull = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list);

export const crowdsecRoutes = ({
  blocks,
  gate,
  remediations,
  told,
}: CrowdsecParts): readonly Route[] => {
  /** Where each bouncer stands, by the name of its key; names come from the file of tokens. */
  const cursors = new Map<string, number>();

  const stream = ({ response, query, gateway, now }: Call): void => {
    const startup = query.get('startup') === 'true';
    // A bouncer that this process has never seen gets everything, whether it says so or not: a restart of
    // the gate may not leave it with what it held before.
    const part = blocks.since(startup ? null : (cursors.get(gateway) ?? null), now);
    cursors.set(gateway, part.cursor);
    const scopes = query.get('scopes')?.toLowerCase().split(',');
    const wanted = <T extends { readonly scope: string }>(list: readonly T[]) =>
      scopes === undefined
        ? list
        : list.filter(({ scope }) => scopes.includes(scope.toLowerCase()));
    replyJson(response, 200, {
      new: orNull(wanted(part.fresh)),
      deleted: orNull(wanted(part.deleted)),
    });
  };

  /** Live mode: every request of the bouncer's own may ask, so it is answered by the gate itself. */
  const aboutAddress = (address: string, now: number): readonly CrowdsecDecision[] => {
    const answer = gate().answer({ address }, now);
    const type = BOUNCER_TYPES[answer.action];
    if (type === null || answer.subject === null) return [];
    const { decision_id: uuid, reason, ttl } = answer;
    const scenario = `stillwatch/${reason.toLowerCase()}`;
    return [
      {
        id: 1,
        uuid,
        origin: 'stillwatch',
        type,
        scope: 'Ip',
        value: address,
        duration: `${ttl}s`,
        scenario,
      },
    ];
  };

  const found = (query: URLSearchParams, now: number): readonly CrowdsecDecision[] => {
    const scope = query.get('scope')?.toLowerCase();
    const value = query.get('value');
    const ip = query.get('ip') ?? (scope === 'ip' ? value : null);
    if (ip !== null) return aboutAddress(ip, now);
    const range = query.get('range') ?? (scope === 'range' ? value : null);
    if (range !== null) return blocks.matching(range, now);
    // Other scopes, such as countries, are none of ours.
    return scope === undefined ? blocks.since(null, now).fresh : [];
  };

  const decisions = ({ response, query, now }: Call): void => {
    const type = query.get('type');
    const list = found(query, now).filter((one) => type === null || one.type === type);
    replyJson(response, 200, orNull(list));
  };

  const metrics = ({ request, response, gateway }: Call): void =>
    withBody(request, response, LARGEST_USAGE, (body) => {
      const batches = readUsage(body);
      if ('fault' in batches) return problem(response, 400, batches.fault);
      for (const batch of batches) if (remediations.add(gateway, batch)) told(gateway, batch);
      reply(response, 201, '');
    });

  const head = ({ response }: Call): void => reply(response, 200, '');

  return [
    // Bouncers try their key with HEAD; it may not count as having read the stream.
    { method: 'HEAD', path: '/v1/decisions/stream', access: 'key', handle: head },
    { method: 'HEAD', path: '/v1/decisions', access: 'key', handle: head },
    { method: 'GET', path: '/v1/decisions/stream', access: 'key', handle: stream },
    { method: 'GET', path: '/v1/decisions', access: 'key', handle: decisions },
    { method: 'POST', path: '/v1/usage-metrics', access: 'key', handle: metrics },
  ];
};
